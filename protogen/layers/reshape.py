from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.diagnostics import plural
from protogen.layers._blobs import check_not_empty
from protogen.schema import Context, LayerSchema, count_axes, register
from protogen.shapes import Size, count, format_shape

if TYPE_CHECKING:
    from protogen.proto import ReshapeParameter

#: What a size in ``shape`` may stand for instead of a number.
_COPY, _INFER = 0, -1


@register
class Reshape(LayerSchema):
    """Give the same elements another shape.

    ``num_axes`` axes of the bottom (-1: all) from ``axis`` on are replaced by those of ``shape``.
    A 0 in it copies the bottom's size at that place; a -1, at most once, is inferred from the
    number of elements.
    """

    param = "reshape_param"
    size_field = "shape"
    source = "src/caffe/layers/reshape_layer.cpp"

    def check(self, ctx: Context) -> None:
        ctx.reject_in_place()
        # LayerSetUp looks for a second -1; other negative sizes are left to Blob::Reshape.
        dims = list(ctx.param.shape.dim)
        for index, dim in enumerate(dims):
            if dim == _INFER and _INFER in dims[:index]:
                raise ctx.fault("shape has more than one -1", f"shape.dim[{index}]")
        for index, dim in enumerate(dims):
            if dim < -1:
                raise ctx.fault(
                    f"a size in shape must be -1 or greater, got {dim}", f"shape.dim[{index}]"
                )
        # The top shares the memory of the bottom, which has to exist.
        check_not_empty(ctx, ctx.bottom, "bottom 0")

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        p: ReshapeParameter = layer.reshape_param
        whole = p.axis == 0 and p.num_axes == -1
        return [len(p.shape.dim)] if whole else []

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        start, end = _replaced_axes(ctx)
        bottom, dims = ctx.bottom, list(ctx.param.shape.dim)
        copied = {i: _copied_size(ctx, start + i, i) for i, dim in enumerate(dims) if dim == _COPY}
        inferred = _inferred_size(ctx, start, end, copied)
        sizes = []
        for index, dim in enumerate(dims):
            if dim == _COPY:
                sizes.append(copied[index])
            elif dim == _INFER:
                sizes.append(inferred)
            else:
                sizes.append(dim)
        return [(*bottom[:start], *sizes, *bottom[end:])]


def _replaced_axes(ctx: Context) -> tuple[int, int]:
    """The axes of the bottom that are replaced: the first, and one past the last."""
    p, axes = ctx.param, len(ctx.bottom)
    # A negative axis counts from the end, and one past the last axis is legal here.
    start = p.axis if p.axis >= 0 else axes + p.axis + 1
    shape = f"{count_axes(axes)} ({format_shape(ctx.bottom)})"
    if not 0 <= start <= axes:
        raise ctx.fault(
            f"axis {p.axis} is out of range: bottom 0 has {shape}",
            "axis",
            rule="axis-out-of-range",
        )
    if p.num_axes < -1:
        raise ctx.fault(
            f"num_axes must be -1 (to the last axis) or greater, got {p.num_axes}", "num_axes"
        )
    end = axes if p.num_axes == -1 else start + p.num_axes
    if end > axes:
        raise ctx.fault(
            f"axis {start} and num_axes {p.num_axes} reach past the end of bottom 0, which has"
            f" {shape}",
            "num_axes",
            rule="axis-out-of-range",
        )
    return start, end


def _copied_size(ctx: Context, axis: int, index: int) -> Any:
    """The size that a 0 in ``shape`` copies."""
    axes = len(ctx.bottom)
    if axis >= axes:
        raise ctx.fault(
            f"0 in shape copies axis {axis}, but bottom 0 has {count_axes(axes)}"
            f" ({format_shape(ctx.bottom)})",
            f"shape.dim[{index}]",
            rule="axis-out-of-range",
        )
    return ctx.bottom[axis]


def _inferred_size(ctx: Context, start: int, end: int, copied: dict[int, Any]) -> Any:
    """The size that -1 stands for, or ``None``; the number of elements must not change.

    A size that is replaced by its own copy is a factor of both numbers. It is left out of both, so
    that it need not be known.
    """
    dims = list(ctx.param.shape.dim)
    replaced = count(
        size for index, size in enumerate(ctx.bottom[start:end]) if index not in copied
    )
    copied_from_beyond = [size for index, size in copied.items() if start + index >= end]
    given = count([*copied_from_beyond, *(dim for dim in dims if dim > 0)])
    if _INFER in dims:
        if replaced % given:
            raise ctx.fault(
                f"no size fits -1 in shape {dims}: {given} does not divide"
                f" {plural(replaced, 'element')}: {ctx.describe(0)}",
                f"shape.dim[{dims.index(_INFER)}]",
            )
        return replaced // given
    if replaced != given:
        rest = " without its copied sizes" if copied else ""
        raise ctx.fault(
            f"shape {dims}{rest} has {plural(given, 'element')}, but replaces {replaced}:"
            f" {ctx.describe(0)}",
            "shape",
            rule="bottom-shape-mismatch",
        )
    return None
