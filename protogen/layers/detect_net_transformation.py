from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

#: The channels of the grid in addition to the coverage of each class.
_BOX_CHANNELS = 8


@register
class DetectNetTransformation(LayerSchema):
    """Augment images, and turn the boxes in them into the grid that DetectNet learns to predict.

    The tops are images of ``image_size_y`` by ``image_size_x`` and, for each cell of ``stride``
    pixels, 8 numbers and the coverage of each class.
    """

    param = "detectnet_groundtruth_param"
    also = ("detectnet_augmentation_param", "transform_param")
    bottoms, tops = 2, 2
    source = "NVIDIA/caffe: src/caffe/layers/detectnet_transform_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "stride")
        num, channels, _, _ = ctx.nchw(0)
        labels, _, _, _ = ctx.nchw(1)
        if channels != 3:
            raise ctx.fault(
                f"expected images with 3 channels, got {channels}: {ctx.describe(0)}",
                bottom=0,
                rule="bottom-shape-mismatch",
            )
        if num != labels:
            raise ctx.fault(
                f"bottoms differ in batch size: {num} and {labels} (axis 0): {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p, num = ctx.param, ctx.nchw()[0]
        # The classes are numbered by dst, from 0 on.
        classes = 1 + max((each.dst for each in p.object_class), default=0)
        height, width = p.image_size_y, p.image_size_x
        # Halves are rounded to even, as by C++'s default rounding mode.
        grid = (round(height / p.stride), round(width / p.stride))
        return [(num, 3, height, width), (num, _BOX_CHANNELS + classes, *grid)]
