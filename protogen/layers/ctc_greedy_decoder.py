from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class CTCGreedyDecoder(LayerSchema):
    """The most likely label at each timestep, without blanks and repetitions; from caffe_ocr.

    With the labels as a second bottom, the top holds two accuracies instead.
    """

    param = "ctc_decoder_param"
    bottoms = (1, 2)
    axes = (3, 2)
    source = "senlinuc/caffe_ocr: src/caffe/layers/ctc_decoder_layer.cpp"
    formula = "streams by timesteps by 1 by 1; 1 by 2 by 1 by 1 with labels"

    def check(self, ctx: Context) -> None:
        check_axes(ctx, 3, names="timesteps, streams, classes")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        if len(ctx.bottoms) == 2:
            return [(1, 2, 1, 1)]
        steps, streams = ctx.bottom[:2]
        return [(streams, steps, 1, 1)]
