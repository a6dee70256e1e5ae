from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._dialects import find_dialect
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

#: The fields that only one fork has.
_FORK_FIELDS = (
    ("xilinx", ("nms_input_num", "nms_output_num", "stride_h", "stride_w", "nms_iou_th")),
    ("cambricon", ("nms_num", "anchor_num", "top_num", "stride", "im_min_w", "im_min_h")),
)


@register
class Proposal(LayerSchema):
    """The regions that are most likely to contain an object, from scores and boxes per anchor.

    Bottoms are the scores, the boxes and the size of each image. In happynear's fork the tops are
    ``post_nms_topn`` regions per image, as rows of five numbers, and their scores; the shapes in
    Xilinx's and Cambricon's forks are unknown.  (source: Ren et al. 2015, Faster R-CNN)
    """

    param = "proposal_param"
    bottoms, tops = (1, None), (1, 2)
    source = "happynear/caffe-windows: src/caffe/layers/proposal_layer.cpp"

    def dialect(self, layer: proto.LayerParameter) -> str:
        dialect = find_dialect(layer.proposal_param, _FORK_FIELDS)
        return str(dialect or "happynear (no distinguishing field)")

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        return [4] * len(layer.bottom)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        if find_dialect(ctx.param, _FORK_FIELDS):
            return [None] * ctx.tops
        # Caffe shapes the top for the most regions that it may keep.
        regions = ctx.nchw()[0] * ctx.param.post_nms_topn
        return [(regions, 5), (regions,)][: ctx.tops]
