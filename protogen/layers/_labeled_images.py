"""What the data layers share that read an image and a label map from each line of a list."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._image_files import ImageFiles
from protogen.schema import Context
from protogen.shapes import Size

__all__ = ["LabeledImages"]


class LabeledImages(ImageFiles):
    """A batch of images, and a batch of maps with a label for each pixel."""

    tops = 2

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
