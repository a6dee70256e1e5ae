"""What the data layers share that read an image and a label map from each line of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._data import DataLayer
from protogen.layers._parameters import check_both_or_neither
from protogen.schema import Context
from protogen.shapes import UNKNOWN, Size

__all__ = ["LabeledImages"]


class LabeledImages(DataLayer):
    """A batch of images, and a batch of maps with a label for each pixel."""

    tops = 2

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        check_both_or_neither(ctx, "new_height", "new_width")

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        p = ctx.param
        return (3 if p.is_color else 1, p.new_height or UNKNOWN, p.new_width or UNKNOWN)

    def crop(self, ctx: Context) -> tuple[int, int]:
        """The height and width that each image is cropped to; 0 for no crop."""
        size: int = ctx.layer.transform_param.crop_size
        return size, size

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # Image and map are cropped alike, so that labels stay with their pixels.
        channels, height, width = self.image_sizes(ctx)
        crop_h, crop_w = self.crop(ctx)
        if crop_h and crop_w:
            height, width = crop_h, crop_w
        batch = self.batch(ctx)
        return [(batch, channels, height, width), (batch, 1, height, width)]
