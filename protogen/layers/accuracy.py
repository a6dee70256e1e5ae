from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe, is_empty
from protogen.layers._losses import check_labels
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import Shape, count


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
            raise Fault(
                f"there are no labels, and Caffe dies dividing by their number:"
                f" {describe(ctx.bottoms, 1)}",
                rule="blob-shape",
            )
        top_k, classes = ctx.param.top_k, count(scores) // count(labels)
        if classes < top_k < 2**31:  # beyond, it is a negative int to Caffe
            raise Fault(
                f"top_k {top_k} is more than the {classes} scores there are for each label:"
                f" {describe(ctx.bottoms, 0, 1)}",
                field="accuracy_param.top_k",
            )
        if ctx.tops > 1:
            ctx.refuse_in_place()
        check_labels(ctx, self._axis(ctx))

    def _axis(self, ctx: Context) -> int:
        return ctx.axis(ctx.param.axis, ctx.bottom, "accuracy_param.axis")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [(), (ctx.bottom[self._axis(ctx)],)][: ctx.tops]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[Shape, ...]:
        known: tuple[Shape, ...] = ((), (None,))
        return known[:tops]
