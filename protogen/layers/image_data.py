from __future__ import annotations

from typing import Any

from protogen.layers._data import DataLayer
from protogen.schema import Context, Fault, register
from protogen.shapes import UNKNOWN


@register
class ImageData(DataLayer):
    """Images and labels read from the files that a list names, a path and a label to each line.

    All images must be of one size unless ``new_height`` and ``new_width`` resize them, or
    ``batch_size`` is 1.
    """

    param = "image_data_param"
    tops = 2
    source = "src/caffe/layers/image_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        p = ctx.param
        if bool(p.new_height) != bool(p.new_width):
            raise Fault(
                f"new_height {p.new_height} and new_width {p.new_width}: give both, or neither",
                field="image_data_param.new_height",
            )

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        p = ctx.param
        return (3 if p.is_color else 1, p.new_height or UNKNOWN, p.new_width or UNKNOWN)
