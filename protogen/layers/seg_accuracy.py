from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe, is_empty
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import Shape


@register
class SegAccuracy(LayerSchema):
    """How well pixels are labelled: pixel accuracy, class accuracy, intersection over union.

    Counted over batches. The labels are Nx1xHxW.
    """

    param = "seg_accuracy_param"
    bottoms = 2
    source = "hszhao/PSPNet: src/caffe/layers/seg_accuracy_layer.cpp"
    forks = ("pspnet",)

    def check(self, ctx: Context) -> None:
        scores, labels = map(ctx.legacy, ctx.bottoms)
        if is_empty(scores[1:2]):
            raise Fault(f"there are no classes: {describe(ctx.bottoms, 0)}", rule="blob-shape")
        if labels != (scores[0], 1, *scores[2:]):
            raise Fault(
                f"the labels are not one to each pixel: {describe(ctx.bottoms, 0, 1)}",
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [(1, 1, 1, 3)]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[Shape, ...]:
        return ((1, 1, 1, 3),)
