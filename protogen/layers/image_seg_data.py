from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._labelled_images import LabelledImages
from protogen.schema import Context, Fault, register


@register
class ImageSegData(LabelledImages):
    """Images, a label for each of their pixels, and the images' sizes.

    A list names an image and a map to each line. Both are cut to ``crop_size``, or to
    ``crop_height`` by ``crop_width``. The labels are Nx1xHxW, the sizes Nx1x1x2.
    """

    param = "image_data_param"
    tops = 3
    auto_tops = True
    source = "hszhao/PSPNet: src/caffe/layers/image_seg_data_layer.cpp"
    forks = ("pspnet", "xilinx")

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        transform = ctx.layer.transform_param
        if transform.HasField("mean_file"):
            raise Fault("takes no mean_file", field="transform_param.mean_file")
        given = [transform.HasField(f"crop_{name}") for name in ("height", "width")]
        if any(given) and (not all(given) or transform.HasField("crop_size")):
            raise Fault(
                "give crop_size, or else crop_height and crop_width",
                field="transform_param.crop_height",
            )

    def crop(self, ctx: Context) -> tuple[int, int]:
        transform = ctx.layer.transform_param
        if transform.HasField("crop_height"):
            return transform.crop_height, transform.crop_width
        return super().crop(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [*super().top_shapes(ctx), (self.batch(ctx), 1, 1, 2)]
