from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._labeled_images import LabeledImages
from protogen.layers._parameters import check_both_or_neither
from protogen.schema import Context, register
from protogen.shapes import Size


@register
class DenseImageData(LabeledImages):
    """Read images and a label for each pixel; each line of a list names an image and a label map.

    Both are cropped to ``crop_height`` by ``crop_width``. The labels are Nx1xHxW; without a crop,
    ENet's fork divides their height and width by ``label_divide_factor``.
    """

    param = "dense_image_data_param"
    source = "alexgkendall/caffe-segnet: src/caffe/layers/dense_image_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        check_both_or_neither(ctx, "crop_height", "crop_width")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        images, (batch, channels, height, width) = super().top_shapes(ctx)
        factor = ctx.param.label_divide_factor
        if factor > 1 and not all(self.crop(ctx)):
            height, width = height // factor, width // factor
        return [images, (batch, channels, height, width)]

    def crop(self, ctx: Context) -> tuple[int, int]:
        # crop_size of transform_param takes precedence over the layer's own fields.
        square = super().crop(ctx)
        return square if all(square) else (ctx.param.crop_height, ctx.param.crop_width)
