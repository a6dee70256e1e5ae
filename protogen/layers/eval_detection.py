from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size, count

#: The numbers of a predicted box in addition to its class scores: 4 coordinates and a confidence.
_BOX_NUMBERS = 5

#: The numbers of the top for each predicted box.
_RESULT_NUMBERS = 4


@register
class EvalDetection(LayerSchema):
    """Compare YOLO's predictions with the true boxes, for a mean average precision.

    The top of each item has the number of boxes of each class, then 4 numbers per prediction:
    class, score, and whether it is right or wrong.
    """

    param = "eval_detection_param"
    bottoms = (2, None)
    source = "intel/caffe: src/caffe/layers/eval_detection_layer.cpp"
    formula = "num_class + side^2 * num_object * 4"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        # Only the number of elements counts: the axes may be in any order.
        expected, given = _boxes(p) * (p.num_class + _BOX_NUMBERS), count(ctx.bottom[1:])
        if given != expected:
            raise ctx.fault(
                f"expected {expected} elements per item for side {p.side}, num_object"
                f" {p.num_object} and num_class {p.num_class}, got {given}: {ctx.describe(0)}",
                "side",
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [(ctx.nchw()[0], _results(ctx.param))]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return ((None, _results(layer.eval_detection_param)),)


def _boxes(param: Any) -> int:
    """The number of boxes that are predicted for an item."""
    return int(param.side**2 * param.num_object)


def _results(param: Any) -> int:
    """The size of the top for an item."""
    return int(param.num_class + _boxes(param) * _RESULT_NUMBERS)
