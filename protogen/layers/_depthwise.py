"""What the spellings of a convolution with one filter for each channel have in common."""

from __future__ import annotations

from protogen.layers._convolution import BaseConvolution
from protogen.schema import Context

__all__ = ["Depthwise"]


class Depthwise(BaseConvolution):
    """One filter, or several, for each channel: ``group`` is the number of channels."""

    formula = "trunc((size + 2*pad - (dilation*(kernel_size-1)+1)) / stride) + 1"

    def group(self, ctx: Context) -> int:
        if ctx.param.HasField("group"):
            return super().group(ctx)
        channels: int = ctx.bottom[ctx.axis(ctx.param.axis, ctx.bottom, "convolution_param.axis")]
        return channels
