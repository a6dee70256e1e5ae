from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._dialects import told_by
from protogen.schema import Context, LayerSchema, register

_TELLING = (
    ("xilinx", ("nms_input_num", "nms_output_num", "stride_h", "stride_w", "nms_iou_th")),
    ("cambricon", ("nms_num", "anchor_num", "top_num", "stride", "im_min_w", "im_min_h")),
)


@register
class Proposal(LayerSchema):
    """The regions most likely to hold an object, from scores and boxes for each anchor.

    Bottoms are the scores, the boxes and the size of each image. By the rule of happynear's fork
    the tops are ``post_nms_topn`` regions to each image, as rows of five, and their scores; those
    of Xilinx and Cambricon are not known here.  (source: Ren et al. 2015, Faster R-CNN)
    """

    param = "proposal_param"
    bottoms, tops = (1, None), (1, 2)
    source = "happynear/caffe-windows: src/caffe/layers/proposal_layer.cpp"
    forks = ("happynear", "xilinx", "cambricon")

    def dialect(self, layer: Any) -> str:
        return str(told_by(layer.proposal_param, _TELLING) or "happynear (no field that tells)")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any] | None]:
        if told_by(ctx.param, _TELLING):
            return [None] * ctx.tops
        regions = ctx.legacy(ctx.bottom)[0] * ctx.param.post_nms_topn
        return [(regions, 5), (regions,)][: ctx.tops]
