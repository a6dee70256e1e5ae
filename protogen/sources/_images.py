"""The sizes of an image, by its header: nothing is decoded."""

from __future__ import annotations

import warnings
from typing import Any, BinaryIO, cast

from protogen.schema import Fault
from protogen.shapes import Size
from protogen.sources._libraries import library

__all__ = ["Sizes", "image_sizes"]

#: Channels, height and width of an image.
Sizes = tuple[Size, Size, Size]

#: The formats that OpenCV reads, and that Pillow opens without decoding.
_FORMATS = ("BMP", "DIB", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")

#: The number of channels to which OpenCV by default decodes images of each mode of Pillow, if it is
#: not 3.
_CHANNELS = {"1": 1, "L": 1, "I;16": 1, "I": 1, "F": 1, "LA": 4, "RGBA": 4}

#: The EXIF tag of an image's orientation; from 5 on, width and height are swapped.
_ORIENTATION, _FIRST_SWAPPED = 0x0112, 5


def image_sizes(file: Any, channels: int | None, field: str) -> Sizes:
    """The sizes of an image; ``channels`` is the number to which Caffe converts it, if it does.

    ``file`` is open for reading. Raises `Fault` if it is not an image.
    """
    image = library("PIL.Image", "Pillow")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the image is large
            with image.open(cast("BinaryIO", file), formats=_FORMATS) as opened:
                width, height = opened.size
                # OpenCV turns an image upright when it decodes it.
                if _is_turned(opened):
                    width, height = height, width
                return channels or _CHANNELS.get(opened.mode, 3), height, width
    except Exception:  # Pillow's readers raise errors of many classes for damaged files
        raise Fault("the first image cannot be read", field=field) from None


def _is_turned(opened: Any) -> bool:
    """Whether the header says that width and height are swapped."""
    # `getexif` of a PNG without this block would decode the image to look behind it.
    if "exif" not in opened.info and opened.format != "TIFF":
        return False
    return bool(opened.getexif().get(_ORIENTATION, 1) >= _FIRST_SWAPPED)
