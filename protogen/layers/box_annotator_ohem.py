from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register


@register
class BoxAnnotatorOHEM(LayerSchema):
    """Keep the ``roi_per_img`` regions of greatest loss in each image; the others are ignored.

    Bottoms are the regions (5 channels), the loss of each, their labels and the weights of their
    boxes; tops are the labels and weights to train with.  (source: Shrivastava et al. 2016)
    """

    param = "box_annotator_ohem_param"
    bottoms, tops = 4, 2
    source = "daijifeng001/caffe-rfcn: src/caffe/layers/box_annotator_ohem_layer.cpp"
    forks = ("rfcn", "intel")

    def check(self, ctx: Context) -> None:
        if ctx.param.roi_per_img == 0:
            raise Fault("roi_per_img is missing or 0", field="box_annotator_ohem_param.roi_per_img")
        num, _, height, width = ctx.legacy(ctx.bottom)
        for index, (bottom, channels) in enumerate(zip(ctx.bottoms, (5, 1, 1, None))):
            sizes = ctx.legacy(bottom)
            wanted = sizes[1] if channels is None else channels
            if sizes != (num, wanted, height, width):
                raise Fault(
                    f"bottom {index} is not one row to each region, of {wanted} channels:"
                    f" {describe(ctx.bottoms, 0, index) if index else describe(ctx.bottoms, 0)}",
                    rule="bottom-shape-mismatch",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        num, _, height, width = ctx.legacy(ctx.bottom)
        channels = ctx.legacy(ctx.bottoms[3])[1]
        return [(num, 1, height, width), (num, channels, height, width)]
