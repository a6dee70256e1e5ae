from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import Shape, count


@register
class EvalDetection(LayerSchema):
    """Compare YOLO's predictions with the boxes that are there, for a mean average precision.

    Each item's top has how many boxes of each class there are, then 4 numbers to each prediction:
    class, score, and whether it is right or wrong.
    """

    param = "eval_detection_param"
    bottoms = (2, None)
    source = "intel/caffe: src/caffe/layers/eval_detection_layer.cpp"
    formula = "num_class + side^2 * num_object * 4"
    forks = ("intel", "pt2c")

    def check(self, ctx: Context) -> None:
        p = ctx.param
        wanted, given = _boxes(p) * (p.num_class + 5), count(ctx.bottom[1:])
        if given != wanted:
            raise Fault(
                f"side {p.side}, num_object {p.num_object} and num_class {p.num_class} take"
                f" {wanted} elements per item, not {given}: {describe(ctx.bottoms, 0)}",
                rule="bottom-shape-mismatch",
                field="eval_detection_param.side",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [(ctx.legacy(ctx.bottom)[0], ctx.param.num_class + _boxes(ctx.param) * 4)]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[Shape, ...]:
        p = layer.eval_detection_param
        return ((None, p.num_class + _boxes(p) * 4),)


def _boxes(p: Any) -> int:
    """How many boxes are predicted for an item."""
    return int(p.side**2 * p.num_object)
