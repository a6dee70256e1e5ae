from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.fillers import check_filler
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import UNKNOWN

_SIZES = ("num", "channels", "height", "width")


@register
class DummyData(LayerSchema):
    """Blobs made by fillers: anew for each batch, or once if the filler is ``constant``.

    ``shape`` and ``data_filler`` are given once for all tops, or once for each. The older ``num``,
    ``channels``, ``height`` and ``width`` are given together instead of ``shape``.
    """

    param = "dummy_data_param"
    bottoms, tops = 0, (1, None)
    source = "src/caffe/layers/dummy_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        older = [name for name in _SIZES if getattr(p, name)]
        if older and p.shape:
            raise Fault(
                f"both shape and {older[0]} are given; keep shape", field="dummy_data_param.shape"
            )
        for name in _SIZES if older else ("shape",):
            _check_count(p, name, ctx.tops)
        if p.data_filler:
            _check_count(p, "data_filler", ctx.tops)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        if p.shape:
            shapes = [tuple(shape.dim) for shape in _each(p.shape, ctx.tops)]
        else:
            shapes = list(zip(*(_each(getattr(p, name), ctx.tops) for name in _SIZES)))
        fillers = _each(p.data_filler or [proto.FillerParameter()], ctx.tops)
        for shape, filler in zip(shapes, fillers):
            _check_filler(filler, shape)
        return shapes


def _check_count(p: Any, name: str, tops: int) -> None:
    given = len(getattr(p, name))
    if given not in (1, tops):
        raise Fault(
            f"{name} is given {given} times for {tops} tops; give it once for all, or once for"
            " each",
            field=f"dummy_data_param.{name}",
        )


def _each(values: Any, tops: int) -> list[Any]:
    return list(values) * tops if len(values) == 1 else list(values)


def _check_filler(filler: Any, shape: Sequence[Any]) -> None:
    """Only constant fillers run when the net is set up; of others no more than the type matters."""
    problem = check_filler(filler, shape if filler.type == "constant" else (UNKNOWN,))
    if problem:
        raise Fault(problem, rule="filler", field="dummy_data_param.data_filler")
