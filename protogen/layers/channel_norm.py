from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class ChannelNorm(LayerSchema):
    """The length of each pixel's vector of channels.  (source: Ilg et al. 2016, FlowNet 2.0)"""

    axes = (4,)
    source = "lmb-freiburg/flownet2: src/caffe/layers/channel_norm_layer.cpp"
    unmarked_forks = ("flownet2",)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        num, _, height, width = ctx.nchw()
        return [(num, 1, height, width)]
