"""Why OpenCV does not get past one of its steps."""

from __future__ import annotations

__all__ = ["OpenCVFault"]


class OpenCVFault(Exception):
    """OpenCV stops here. ``field`` is the field of the layer that is the cause, if it is one.

    ``layer`` is the index of the layer in the net in the current format; -1 is the net itself.
    """

    def __init__(self, message: str, field: str = "", layer: int = -1, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.layer = layer
        self.hint = hint
