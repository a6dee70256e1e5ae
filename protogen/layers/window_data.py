from __future__ import annotations

from typing import Any

from protogen.layers._data import DataLayer
from protogen.schema import Context, register
from protogen.shapes import UNKNOWN


@register
class WindowData(DataLayer):
    """Read windows of the images that a window file lists, warped to ``crop_size``: R-CNN."""

    param = "window_data_param"
    tops = 2
    source = "src/caffe/layers/window_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # Every window is warped to a square of this size, so Caffe cannot do without it.
        if not ctx.layer.transform_param.crop_size:
            raise ctx.fault("crop_size is missing", layer_field="transform_param.crop_size")

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        size = ctx.layer.transform_param.crop_size
        # The window file has the number of channels.
        return (UNKNOWN, size, size)
