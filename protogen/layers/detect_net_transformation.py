from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register

#: What each cell of the grid holds besides the coverage of each class.
_CELL = 8


@register
class DetectNetTransformation(LayerSchema):
    """Augment images and turn the boxes in them into a grid of what DetectNet is to predict.

    The tops are images of ``image_size_y`` by ``image_size_x``, and for each cell of ``stride``
    pixels 8 numbers and the coverage of each class.
    """

    param = "detectnet_groundtruth_param"
    also = ("detectnet_augmentation_param", "transform_param")
    bottoms, tops = 2, 2
    source = "NVIDIA/caffe: src/caffe/layers/detectnet_transform_layer.cpp"
    forks = ("nv15", "nv16", "nv17", "xilinx")

    def check(self, ctx: Context) -> None:
        images, labels = map(ctx.legacy, ctx.bottoms)
        if ctx.param.stride == 0:
            raise Fault("stride is 0", field="detectnet_groundtruth_param.stride")
        if images[1] != 3:
            raise Fault(
                f"takes images of 3 channels: {describe(ctx.bottoms, 0)}",
                rule="bottom-shape-mismatch",
            )
        if images[0] != labels[0]:
            raise Fault(
                f"bottoms differ in batch size: {describe(ctx.bottoms, 0, 1)}",
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p, num = ctx.param, ctx.legacy(ctx.bottom)[0]
        classes = 1 + max((each.dst for each in p.object_class), default=0)
        height, width = p.image_size_y, p.image_size_x
        grid = (round(height / p.stride), round(width / p.stride))  # to the even one of two
        return [(num, 3, height, width), (num, _CELL + classes, *grid)]
