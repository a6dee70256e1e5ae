"""What Convolution, Deconvolution and Im2col share: windows over the axes after ``axis``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen import proto
from protogen.layers._blobs import check_same_shape
from protogen.layers._parameters import check_size
from protogen.schema import Context, LayerSchema, Learnable
from protogen.shapes import Size, count
from protogen.windows import (
    ConvolutionWindow,
    convolution_size,
    convolution_window,
    extent,
    written_field,
)

__all__ = ["BaseConvolution", "check_fit", "check_strides"]


def check_strides(ctx: Context, stride: Sequence[int]) -> None:
    """Raise for a stride of 0: given as 0, or ``stride_h`` without ``stride_w``.

    Caffe itself does not check, and crashes with SIGFPE.
    """
    if 0 not in stride:
        return
    # One of the two alone leaves the other one 0, not the default of 1.
    given, other = ("stride_h", "stride_w")
    if not ctx.param.HasField(given):
        given, other = other, given
    if ctx.param.HasField(other):
        zero = "stride_h" if ctx.param.stride_h == 0 else "stride_w"
        raise ctx.fault(f"{zero} must be greater than 0, got 0; Caffe divides by it", zero)
    raise ctx.fault(
        f"{given} is given without {other}, which is then 0, and Caffe divides by it",
        given,
        hint="give both, or stride",
    )


def check_fit(
    ctx: Context, window: ConvolutionWindow, outputs: Sequence[Any], least: int = 0
) -> None:
    """Raise for a kernel that does not fit: fewer windows than ``least`` on some axis."""
    sizes = ctx.bottom[window.axis + 1 :]
    # The division truncates toward zero, so a kernel that is slightly too large may still fit.
    for i, (size, output) in enumerate(zip(sizes, outputs)):
        if output < least:
            kernel, dilation = window.kernel[i], window.dilation[i]
            span = extent(kernel, dilation)
            dilated = f" with dilation {dilation} spans {span} and" if dilation > 1 else ""
            raise ctx.fault(
                f"kernel {kernel}{dilated} does not fit size {size} with pad {window.pad[i]}"
                f" (axis {window.axis + 1 + i}): the top would have size {output}",
                written_field(ctx.param, "kernel_size", i),
                rule="kernel-exceeds-bottom",
            )


class BaseConvolution(LayerSchema):
    """A learned filter that slides over the bottoms."""

    param = "convolution_param"
    bottoms: ClassVar[Any] = (1, None)
    tops: ClassVar[Any] = (1, None)
    paired = True
    size_field = "num_output"
    #: Whether the filter maps its outputs back onto its inputs (Deconvolution).
    transposed: ClassVar[bool] = False

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        p: Any = getattr(layer, self.param)
        kernel_axes = len(p.kernel_size)
        if p.HasField("kernel_h") or p.HasField("kernel_w"):
            kernel_axes = 2
        # A kernel_size that is given once is that of any number of axes.
        if kernel_axes < 2 or p.axis < 0:
            return []
        return [p.axis + 1 + kernel_axes] * len(layer.bottom)

    def group(self, ctx: Context) -> Size:
        """The number of groups of channels that are filtered separately."""
        return int(ctx.param.group)

    def check(self, ctx: Context) -> None:
        window = convolution_window(ctx)
        # A Deconvolution multiplies by the stride, so 0 is legal.
        if not self.transposed:
            check_strides(ctx, window.stride)
        check_size(ctx, "num_output")
        channels, outputs, group = ctx.bottom[window.axis], ctx.param.num_output, self.group(ctx)
        if group <= 0:
            raise ctx.fault(f"group must be greater than 0, got {group}", "group")
        if channels % group:
            raise ctx.fault(
                f"group {group} does not divide {channels} bottom channels",
                "group",
                rule="group-does-not-divide",
            )
        if outputs % group:
            raise ctx.fault(
                f"group {group} does not divide num_output {outputs}",
                "group",
                rule="group-does-not-divide",
            )
        self.check_bottoms(ctx)

    def check_bottoms(self, ctx: Context) -> None:
        """Raise for bottoms that do not go together."""
        check_same_shape(ctx)

    def output_size(self, size: Any, kernel: int, stride: int, pad: int, dilation: int) -> Any:
        """The top's size on one spatial axis."""
        return convolution_size(size, kernel, stride, pad, dilation)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        window, num_output = convolution_window(ctx), ctx.param.num_output
        sizes = ctx.bottom[window.axis + 1 :]
        outputs = [
            self.output_size(*each)
            for each in zip(sizes, window.kernel, window.stride, window.pad, window.dilation)
        ]
        # Caffe adds the bias with a vector of ones as long as the top's image, which needs one.
        check_fit(ctx, window, outputs, least=1 if ctx.param.bias_term else 0)
        # Its im2col buffer has a column for each place of the window in the larger image.
        channels = num_output if self.transposed else ctx.bottom[window.axis]
        columns = sizes if self.transposed else outputs
        ctx.check_shape((channels * count(window.kernel), *columns), "the im2col buffer")
        return [(*ctx.bottom[: window.axis], num_output, *outputs)] * ctx.tops

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        window, num_output = convolution_window(ctx), ctx.param.num_output
        channels = ctx.bottom[window.axis]
        # A Deconvolution stores the weights of the convolution that it is the transpose of.
        filters, inputs = num_output, channels
        if self.transposed:
            filters, inputs = channels, num_output
        weights = (filters, inputs // self.group(ctx), *window.kernel)
        blobs = [ctx.learnable("weights", weights, "weight_filler")]
        if ctx.param.bias_term:
            blobs.append(ctx.learnable("bias", (num_output,), "bias_filler"))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Sequence[Size]]) -> Any:
        window = convolution_window(ctx)
        # A convolution applies its filter at each place of the top, a deconvolution of the bottom.
        image = ctx.bottom if self.transposed else tops[0]
        places = count(image[: window.axis]) * count(image[window.axis + 1 :])
        channels = ctx.bottom[window.axis] * ctx.param.num_output // self.group(ctx)
        return places * channels * count(window.kernel) * ctx.tops
