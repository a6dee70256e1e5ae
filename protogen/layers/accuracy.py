from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import is_empty
from protogen.layers._losses import check_labels
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import INT_MAX, Shape, Size, count


@register
class Accuracy(LayerSchema):
    """The fraction of predictions whose true class is among the ``top_k`` best scores.

    A second top holds the accuracy of each class.
    """

    param = "accuracy_param"
    bottoms, tops = 2, (1, 2)
    source = "src/caffe/layers/accuracy_layer.cpp"

    def check(self, ctx: Context) -> None:
        scores, labels = ctx.bottoms
        if is_empty(labels):
            raise ctx.fault(
                f"there are no labels, and Caffe divides by their number: {ctx.describe(1)}",
                bottom=1,
                rule="blob-shape",
            )
        top_k, classes = ctx.param.top_k, count(scores) // count(labels)
        # Caffe reads a larger top_k as a negative int, which passes its check.
        if classes < top_k <= INT_MAX:
            check_labels(ctx, ctx.axis())  # if the labels do not fit, this is the cause
            raise ctx.fault(
                f"top_k {top_k} is greater than {classes}, the number of scores per label:"
                f" {ctx.describe(0, 1)}",
                "top_k",
            )
        # Caffe shapes the second top by the bottom's classes, after it has shaped the first one.
        if ctx.tops > 1:
            ctx.reject_in_place()
        check_labels(ctx, ctx.axis())

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        classes = ctx.bottom[ctx.axis()]
        return [(), (classes,)][: ctx.tops]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        known: tuple[Shape, ...] = ((), (None,))
        return known[:tops]
