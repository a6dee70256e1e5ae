from __future__ import annotations

from protogen.layers._labelled_images import LabelledImages
from protogen.schema import Context, register


@register
class DenseImageData(LabelledImages):
    """Images and a label for each of their pixels; a list names an image and a map to each line.

    Both are cut to ``crop_height`` by ``crop_width``. The labels are Nx1xHxW.
    """

    param = "dense_image_data_param"
    source = "alexgkendall/caffe-segnet: src/caffe/layers/dense_image_data_layer.cpp"
    forks = ("segnet", "enet")

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        self.refuse_half(ctx.param, self.param, "crop_height", "crop_width")

    def crop(self, ctx: Context) -> tuple[int, int]:
        both = super().crop(ctx)
        return both if all(both) else (ctx.param.crop_height, ctx.param.crop_width)
