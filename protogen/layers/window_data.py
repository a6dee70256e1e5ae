from __future__ import annotations

from typing import Any

from protogen.layers._data import DataLayer
from protogen.schema import Context, Fault, register
from protogen.shapes import UNKNOWN


@register
class WindowData(DataLayer):
    """Windows cut out of the images that a window file names, warped to ``crop_size``: R-CNN."""

    param = "window_data_param"
    tops = 2
    source = "src/caffe/layers/window_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        if not ctx.layer.transform_param.crop_size:
            raise Fault("crop_size is missing or 0", field="transform_param.crop_size")

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        size = ctx.layer.transform_param.crop_size
        return (UNKNOWN, size, size)
