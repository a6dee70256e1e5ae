from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from protogen import proto
from protogen.diagnostics import times
from protogen.fillers import filler_problem
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import UNKNOWN

#: The older fields, one for each axis; they are given together, instead of ``shape``.
_SIZES = ("num", "channels", "height", "width")


@register
class DummyData(LayerSchema):
    """Produce blobs with fillers: refilled for each batch, or only once if ``constant``.

    ``shape`` and ``data_filler`` are given once for all tops, or once for each. The older ``num``,
    ``channels``, ``height`` and ``width`` are given together, instead of ``shape``.
    """

    param = "dummy_data_param"
    bottoms, tops = 0, (1, None)
    source = "src/caffe/layers/dummy_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        # An older field without the others aborts below, as it is given 0 times.
        older = [name for name in _SIZES if getattr(p, name)]
        if older and p.shape:
            raise ctx.fault(f"both shape and {older[0]} are given; keep shape", older[0])
        for name in _SIZES if older else ("shape",):
            _check_given_for_tops(ctx, name)
        if p.data_filler:
            _check_given_for_tops(ctx, "data_filler")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p, tops = ctx.param, ctx.tops
        # Caffe takes the older fields if shape is absent, and checks each of the four by itself.
        if p.shape:
            shapes = [tuple(shape.dim) for shape in _for_each_top(p.shape, tops)]
        else:
            sizes = [_for_each_top(getattr(p, name), tops) for name in _SIZES]
            shapes = list(zip(*sizes))
        for top, (shape, filler) in enumerate(zip(shapes, _fillers(ctx))):
            ctx.check_shape(shape, f"top {top}", _field(ctx, "shape" if p.shape else "num", top))
            # Only constant fillers run when Caffe sets up the net; see `forward_faults`. For the
            # others, it looks at nothing but the type.
            filled = shape if _is_constant(filler) else (UNKNOWN,)
            fault = _filler_fault(ctx, top, filler, filled)
            if fault is not None:
                raise fault
        return shapes


def forward_faults(ctx: Context, shapes: Sequence[Sequence[Any]]) -> Iterator[Fault]:
    """Why Caffe aborts in the first forward pass, in which all but the constant fillers run.

    ``shapes`` are those of the tops.  (source: ``DummyDataLayer::LayerSetUp``, ``refill_``)
    """
    for top, (shape, filler) in enumerate(zip(shapes, _fillers(ctx))):
        if not _is_constant(filler):
            fault = _filler_fault(ctx, top, filler, shape)
            if fault is not None:
                yield fault


def _check_given_for_tops(ctx: Context, name: str) -> None:
    given = len(getattr(ctx.param, name))
    if given not in (1, ctx.tops):
        raise ctx.fault(
            f"{name} is given {times(given)} for {ctx.tops} tops;"
            " give it once for all, or once for each",
            name,
        )


def _for_each_top(values: Any, tops: int) -> list[Any]:
    return list(values) * tops if len(values) == 1 else list(values)


def _field(ctx: Context, name: str, top: int) -> str:
    """The path of the element of a repeated field that a top uses."""
    index = top if len(getattr(ctx.param, name)) > 1 else 0
    return f"{ctx.schema.param}.{name}[{index}]"


def _fillers(ctx: Context) -> list[Any]:
    """The filler of each top; by default, a constant 0."""
    return _for_each_top(ctx.param.data_filler or [proto.FillerParameter()], ctx.tops)


def _is_constant(filler: Any) -> bool:
    return bool(filler.type == "constant")


def _filler_fault(ctx: Context, top: int, filler: Any, shape: Sequence[Any]) -> Fault | None:
    """Why Caffe cannot fill a top."""
    problem = filler_problem(filler, shape)
    if problem is None:
        return None
    if problem.field:
        field = f"{_field(ctx, 'data_filler', top)}.{problem.field}"
    else:
        field = _field(ctx, "shape" if ctx.param.shape else "num", top)
    return ctx.fault(problem.message, layer_field=field, rule="filler")
