"""What video-caffe's NdConvolution and NdPooling share: windows whose fields are shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import check_axes
from protogen.schema import Context, count_axes

__all__ = ["nd_window"]


def nd_window(ctx: Context) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """The kernel, stride and pad of each axis after the channels.

    (source: ``CudnnNdConvolutionLayer::LayerSetUp``, ``CudnnNdPoolingLayer::LayerSetUp``)
    """
    p: Any = ctx.param
    check_axes(ctx, 3, names="N, C and at least one spatial axis")
    if not p.HasField("kernel_shape"):
        raise ctx.fault("kernel_shape is missing", "kernel_shape")
    kernel = list(p.kernel_shape.dim)
    axes = len(ctx.bottom) - 2
    # A window has no size for the batch and the channels.
    if len(kernel) != axes:
        raise ctx.fault(
            f"kernel_shape has {len(kernel)} sizes for {count_axes(axes, 'spatial')}:"
            f" {ctx.describe(0)}",
            "kernel_shape",
        )
    stride, pad = _sizes(ctx, "stride_shape", 1), _sizes(ctx, "pad_shape", 0)
    for field, sizes in (("kernel_shape", kernel), ("stride_shape", stride)):
        for axis, size in enumerate(sizes):
            if size < 1:
                raise ctx.fault(
                    f"{field} must be greater than 0, got {size}", f"{field}.dim[{axis}]"
                )
    return kernel, stride, pad


def _sizes(ctx: Context, field: str, default: int) -> Sequence[int]:
    """One size for each of the kernel's, or the default for each if the field is not written."""
    expected = len(ctx.param.kernel_shape.dim)
    if not ctx.param.HasField(field):
        return [default] * expected
    sizes = list(getattr(ctx.param, field).dim)
    if len(sizes) != expected:
        raise ctx.fault(f"{field} has {len(sizes)} sizes, but kernel_shape has {expected}", field)
    return sizes
