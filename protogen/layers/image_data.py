from __future__ import annotations

from typing import Any

from protogen.layers._data import DataLayer
from protogen.layers._parameters import check_both_or_neither
from protogen.schema import Context, register
from protogen.shapes import UNKNOWN


@register
class ImageData(DataLayer):
    """Read images and labels from a list of files, with a path and a label on each line.

    All images must have the same size, unless ``new_height`` and ``new_width`` resize them or
    ``batch_size`` is 1.
    """

    param = "image_data_param"
    tops = 2
    source = "src/caffe/layers/image_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        check_both_or_neither(ctx, "new_height", "new_width")

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        p = ctx.param
        # Without new_height and new_width the files decide.
        return (3 if p.is_color else 1, p.new_height or UNKNOWN, p.new_width or UNKNOWN)
