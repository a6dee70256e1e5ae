from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._labeled_images import LabeledImages
from protogen.proto.fields import has_field
from protogen.schema import Context, register
from protogen.shapes import Size


@register
class ImageSegData(LabeledImages):
    """Read images, a label for each pixel, and the sizes of the images.

    Each line of a list names an image and a label map. Both are cropped to ``crop_size``, or to
    ``crop_height`` by ``crop_width``. The labels are Nx1xHxW, the sizes Nx1x1x2.
    """

    param = "image_data_param"
    tops = 3
    auto_tops = True
    source = "hszhao/PSPNet: src/caffe/layers/image_seg_data_layer.cpp"
    unmarked_forks = ("pspnet", "xilinx")

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        transform = ctx.layer.transform_param
        if transform.HasField("mean_file"):
            raise ctx.fault("does not support mean_file", layer_field="transform_param.mean_file")
        # The crop is a square, or has a height and a width; the fork aborts on anything else.
        sides = ("crop_height", "crop_width")
        written = [side for side in sides if has_field(transform, side)]
        if not written:
            return
        if len(written) == 1 or transform.HasField("crop_size"):
            raise ctx.fault(
                "give either crop_size, or both crop_height and crop_width",
                layer_field=f"transform_param.{written[0]}",
            )

    def crop(self, ctx: Context) -> tuple[int, int]:
        transform = ctx.layer.transform_param
        if transform.HasField("crop_height"):
            return transform.crop_height, transform.crop_width
        return super().crop(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [*super().top_shapes(ctx), (self.batch(ctx), 1, 1, 2)]
