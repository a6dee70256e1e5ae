from __future__ import annotations

from collections.abc import Sequence

from protogen.diagnostics import plural
from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class BoxAnnotatorOHEM(LayerSchema):
    """Keep the ``roi_per_img`` regions with the greatest loss in each image; ignore the others.

    Bottoms are the regions (5 channels), the loss of each, their labels and the weights of their
    boxes; tops are the labels and weights to train with.  (source: Shrivastava et al. 2016)
    """

    param = "box_annotator_ohem_param"
    bottoms, tops = 4, 2
    axes = (4, 4, 4, 4)
    source = "daijifeng001/caffe-rfcn: src/caffe/layers/box_annotator_ohem_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "roi_per_img")
        num, _, height, width = ctx.nchw()
        # The weights of the boxes may have any number of channels.
        _, weights, _, _ = ctx.nchw(3)
        for index, channels in enumerate((5, 1, 1, weights)):
            if ctx.nchw(index) != (num, channels, height, width):
                shapes = ctx.describe(0, index) if index else ctx.describe(0)
                raise ctx.fault(
                    f"expected bottom {index} to have {plural(channels, 'channel')} for each"
                    f" region: {shapes}",
                    bottom=index,
                    rule="bottom-shape-mismatch",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        num, _, height, width = ctx.nchw()
        _, channels, _, _ = ctx.nchw(3)
        return [(num, 1, height, width), (num, channels, height, width)]
