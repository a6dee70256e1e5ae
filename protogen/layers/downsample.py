from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen.schema import Context, LayerSchema, register

if TYPE_CHECKING:
    from protogen.proto import DownsampleParameter


@register
class Downsample(LayerSchema):
    """Average the first bottom down to ``top_height`` by ``top_width``, or to the second bottom.

    (source: Ilg et al. 2016, FlowNet 2.0)
    """

    param = "downsample_param"
    bottoms = (1, 2)
    axes = (4, 4)
    source = "lmb-freiburg/flownet2: src/caffe/layers/downsample_layer.cpp"
    formula = "top_height by top_width, or the size of the second bottom"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p: DownsampleParameter = ctx.param
        num, channels, _, _ = ctx.nchw()
        # Only the height and the width of the second bottom are read.
        if len(ctx.bottoms) == 2:
            return [(num, channels, *ctx.nchw(1)[2:])]
        return [(num, channels, p.top_height, p.top_width)]
