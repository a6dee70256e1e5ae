"""What the data layers have in common that read an image and a map of labels to each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._data import DataLayer
from protogen.schema import Context, Fault
from protogen.shapes import UNKNOWN

__all__ = ["LabelledImages"]


class LabelledImages(DataLayer):
    """A batch of images, and one of maps with a label for each pixel."""

    tops = 2

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        self.refuse_half(ctx.param, self.param, "new_height", "new_width")

    def refuse_half(self, message: Any, name: str, height: str, width: str) -> None:
        """Fault a height without a width, and the reverse."""
        given = getattr(message, height), getattr(message, width)
        if bool(given[0]) != bool(given[1]):
            raise Fault(
                f"{height} {given[0]} and {width} {given[1]}: give both, or neither",
                field=f"{name}.{height}",
            )

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        p = ctx.param
        return (3 if p.is_color else 1, p.new_height or UNKNOWN, p.new_width or UNKNOWN)

    def crop(self, ctx: Context) -> tuple[int, int]:
        """What is cut out of each image; 0 is all."""
        size: int = ctx.layer.transform_param.crop_size
        return size, size

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        channels, height, width = self.image_sizes(ctx)
        crop_h, crop_w = self.crop(ctx)
        sizes = (crop_h, crop_w) if crop_h and crop_w else (height, width)
        return [(self.batch(ctx), channels, *sizes), (self.batch(ctx), 1, *sizes)]
