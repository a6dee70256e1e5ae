from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

if TYPE_CHECKING:
    from protogen.proto import TilingParameter


@register
class Tiling(LayerSchema):
    """Turn each ``tile_dim`` squared channels into a block of pixels, which enlarges the image."""

    param = "tiling_param"
    axes = (4,)
    source = "Xilinx/Vitis-AI: caffe-xilinx/src/caffe/layers/tiling_layer.cpp"
    formula = "channels / tile_dim^2, size * tile_dim"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "tile_dim")
        block = ctx.param.tile_dim**2
        channels = ctx.nchw()[1]
        if channels % block:
            raise ctx.fault(
                f"{channels} channels must be a multiple of {block}"
                f" (tile_dim {ctx.param.tile_dim} squared)",
                "tile_dim",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: TilingParameter = ctx.param
        num, channels, height, width = ctx.nchw()
        return [(num, channels // p.tile_dim**2, height * p.tile_dim, width * p.tile_dim)]
