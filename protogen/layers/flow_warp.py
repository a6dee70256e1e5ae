from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register


@register
class FlowWarp(LayerSchema):
    """Move each pixel of the first bottom along the flow, the second: 2 channels, x and y.

    (source: Ilg et al. 2016, FlowNet 2.0)
    """

    param = "flow_warp_param"
    bottoms = 2
    source = "lmb-freiburg/flownet2: src/caffe/layers/flow_warp_layer.cpp"
    forks = ("flownet2",)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        image, flow = map(ctx.legacy, ctx.bottoms)
        if flow != (image[0], 2, *image[2:]):
            raise Fault(
                f"the flow is not 2 numbers to each pixel: {describe(ctx.bottoms, 0, 1)}",
                rule="bottom-shape-mismatch",
            )
        return [image]
