from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class FlowWarp(LayerSchema):
    """Move each pixel of the first bottom along the flow, the second: 2 channels, x and y.

    (source: Ilg et al. 2016, FlowNet 2.0)
    """

    param = "flow_warp_param"
    bottoms = 2
    axes = (4, 4)
    source = "lmb-freiburg/flownet2: src/caffe/layers/flow_warp_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        image, flow = ctx.nchw(0), ctx.nchw(1)
        num, _, height, width = image
        # The flow says for each pixel of the top where it comes from.
        if flow != (num, 2, height, width):
            raise ctx.fault(
                f"expected a flow with 2 numbers per pixel: {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )
        return [image]
