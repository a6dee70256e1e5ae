"""What the variants of a convolution with one filter per channel share."""

from __future__ import annotations

from protogen.layers._convolution import BaseConvolution
from protogen.schema import Context
from protogen.shapes import Size

__all__ = ["Depthwise"]


class Depthwise(BaseConvolution):
    """One filter, or several, for each channel: ``group`` defaults to the number of channels."""

    formula = "trunc((size + 2*pad - (dilation*(kernel_size-1)+1)) / stride) + 1"

    def group(self, ctx: Context) -> Size:
        if ctx.param.HasField("group"):
            return super().group(ctx)
        # The forks' own nets omit group, and mean the number of channels.
        return ctx.bottom[ctx.axis()]
