from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

if TYPE_CHECKING:
    from protogen.proto import GSTilingParameter


@register
class GSTiling(LayerSchema):
    """Turn each ``stride`` by ``stride`` block of pixels into channels; ``reverse`` undoes it."""

    param = "gs_tiling_param"
    axes = (4,)
    source = "Xilinx/Vitis-AI: caffe-xilinx/src/caffe/layers/gs_tiling_layer.cpp"
    formula = "channels * stride^2, size / stride; with reverse channels / stride^2, size * stride"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "stride")
        p: GSTilingParameter = ctx.param
        _, channels, height, width = ctx.nchw()
        sizes = {"height": height, "width": width}
        divisor = p.stride
        if p.reverse:
            sizes, divisor = {"channels": channels}, p.stride**2
        for name, size in sizes.items():
            if size % divisor:
                raise ctx.fault(
                    f"{name} {size} must be a multiple of {divisor} (stride {p.stride})", "stride"
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: GSTilingParameter = ctx.param
        num, channels, height, width = ctx.nchw()
        block = p.stride**2
        if p.reverse:
            return [(num, channels // block, height * p.stride, width * p.stride)]
        return [(num, channels * block, height // p.stride, width // p.stride)]
