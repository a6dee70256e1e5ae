from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen import proto
from protogen.schema import Context, LayerSchema, count_axes, register
from protogen.shapes import Size

if TYPE_CHECKING:
    from protogen.proto import TransposeParameter


@register
class Transpose(LayerSchema):
    """Put the axes in another order: axis ``i`` of the top is axis ``dim[i]`` of the bottom."""

    param = "transpose_param"
    source = "tianzhi0549/CTPN: caffe/src/caffe/layers/transpose_layer.cpp"
    formula = "size of axis dim[i] of the bottom"

    def check(self, ctx: Context) -> None:
        ctx.reject_in_place()
        p: TransposeParameter = ctx.param
        axes = len(ctx.bottom)
        # Unlike in a Permute, every axis has to be named.
        if len(p.dim) != axes:
            raise ctx.fault(
                f"dim has {len(p.dim)} values for {count_axes(axes)}: {ctx.describe(0)}", "dim"
            )
        for index, axis in enumerate(p.dim):
            if not 0 <= axis < axes or axis in p.dim[:index]:
                raise ctx.fault(
                    f"dim must name each axis from 0 to {axes - 1} once, got {list(p.dim)}",
                    f"dim[{index}]",
                    rule="axis-out-of-range",
                )

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        return [len(layer.transpose_param.dim)]

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [[ctx.bottom[axis] for axis in ctx.param.dim]]
