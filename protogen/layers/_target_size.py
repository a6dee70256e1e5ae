"""What FlowNet's Downsample and Resample share: the size that they resize the bottom to."""

from __future__ import annotations

from protogen.schema import Context
from protogen.shapes import InternalShape

__all__ = ["target_shape"]


def target_shape(ctx: Context, height: str, width: str) -> InternalShape:
    """The top: the height and width in these fields, or those of the second bottom.

    (source: ``ResampleLayer::Reshape``, ``DownsampleLayer::Reshape``)
    """
    num, channels, _, _ = ctx.nchw()
    from_bottom = len(ctx.bottoms) > 1
    if from_bottom:
        # Its batch and channels may be any.
        sizes = ctx.nchw(1)[2:]
    else:
        sizes = (getattr(ctx.param, height), getattr(ctx.param, width))
    for name, field, size in zip(("height", "width"), (height, width), sizes):
        # The fields are 0 by default.
        if size < 1:
            raise ctx.fault(
                f"{name if from_bottom else field} must be greater than 0, got {size};"
                f" give {height} and {width}, or a second bottom",
                layer_field="bottom[1]" if from_bottom else f"{ctx.schema.param}.{field}",
            )
    return (num, channels, *sizes)
