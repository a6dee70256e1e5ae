"""What the data layers that read image files from a list have in common."""

from __future__ import annotations

from typing import Any

from protogen.layers._data import DataLayer
from protogen.layers._parameters import check_both_or_neither
from protogen.schema import Context
from protogen.shapes import COLOR_CHANNELS, UNKNOWN

__all__ = ["ImageFiles"]


class ImageFiles(DataLayer):
    """A batch of images from files, which are decoded in color or in grayscale."""

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        check_both_or_neither(ctx, "new_height", "new_width")

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        p = ctx.param
        # Unlike images in a database, files are decoded to as many channels as is_color asks for.
        # (source: ``ReadImageToCVMat``)
        channels = COLOR_CHANNELS if p.is_color else 1
        # Without new_height and new_width the files decide.
        return (channels, p.new_height or UNKNOWN, p.new_width or UNKNOWN)
