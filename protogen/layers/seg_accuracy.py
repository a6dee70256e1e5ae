from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_not_empty
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size

#: Three numbers: pixel accuracy, class accuracy, and intersection over union.
_TOP = (1, 1, 1, 3)


@register
class SegAccuracy(LayerSchema):
    """How well pixels are labeled: pixel accuracy, class accuracy, and intersection over union.

    The counts accumulate over batches. The labels are Nx1xHxW.
    """

    param = "seg_accuracy_param"
    bottoms = 2
    source = "hszhao/PSPNet: src/caffe/layers/seg_accuracy_layer.cpp"

    def check(self, ctx: Context) -> None:
        num, classes, height, width = ctx.nchw(0)
        labels = ctx.nchw(1)
        check_not_empty(ctx, (classes,), "the class axis of bottom 0")
        # Unlike the losses, it compares the axes and not just the number of labels.
        if labels != (num, 1, height, width):
            raise ctx.fault(
                f"expected one label per pixel: {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [_TOP]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return (_TOP,)
