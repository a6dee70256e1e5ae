"""What Convolution, Deconvolution and Im2col have in common: windows over the axes past `axis`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from protogen.layers._blobs import refuse_difference
from protogen.layers._windows import convolved, spatial
from protogen.schema import Context, Fault, LayerSchema, Learnable, check_shape
from protogen.shapes import INT_MAX, count

__all__ = ["BaseConvolution", "Windows", "refuse_overhang", "refuse_zero_stride", "windows"]


class Windows(NamedTuple):
    """The window on each spatial axis, and the axis of the channels before them."""

    axis: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    pad: tuple[int, ...]
    dilation: tuple[int, ...]


def windows(ctx: Context) -> Windows:
    """Read the window fields as ``BaseConvolutionLayer::LayerSetUp`` does, with its checks."""
    p = ctx.param
    axis = ctx.axis(p.axis, ctx.bottom, "convolution_param.axis")
    axes = len(ctx.bottom) - axis - 1
    kernel = _sizes(p, "kernel_size", ("kernel_h", "kernel_w"), axes, 0)
    if any(size <= 0 for size in kernel):
        given = p.HasField("kernel_h") or p.HasField("kernel_w") or p.kernel_size
        raise Fault(
            "a kernel of size 0" if given else "no kernel_size: give it once, or once per axis",
            field="convolution_param.kernel_size",
        )
    stride = _sizes(p, "stride", ("stride_h", "stride_w"), axes, 1)
    if not (p.HasField("stride_h") or p.HasField("stride_w")) and 0 in stride:
        raise Fault("a stride of 0", field="convolution_param.stride")
    pad = _sizes(p, "pad", ("pad_h", "pad_w"), axes, 0)
    return Windows(axis, kernel, stride, pad, spatial(p, "dilation", axes, 1))


def _sizes(p: Any, name: str, pair: tuple[str, str], axes: int, default: int) -> tuple[int, ...]:
    """``kernel_size``, or else ``kernel_h`` and ``kernel_w``; stride and pad alike."""
    if not (p.HasField(pair[0]) or p.HasField(pair[1])):
        return spatial(p, name, axes, default)
    field = f"convolution_param.{pair[0] if p.HasField(pair[0]) else pair[1]}"
    if axes != 2:
        raise Fault(f"{pair[0]} and {pair[1]} need 2 spatial axes, not {axes}", field=field)
    if getattr(p, name):
        raise Fault(f"both {name} and {pair[0]}/{pair[1]} are given; keep one", field=field)
    return (getattr(p, pair[0]), getattr(p, pair[1]))


def refuse_zero_stride(p: Any, stride: Sequence[int]) -> None:
    """Fault a stride of 0: given as 0, or stride_h without stride_w."""
    if 0 not in stride:
        return
    given, other = ("stride_h", "stride_w") if p.HasField("stride_h") else ("stride_w", "stride_h")
    alone = not p.HasField(other)
    raise Fault(
        (f"{given} without {other}: the other stride is 0" if alone else "a stride of 0")
        + ", and Caffe dies dividing by it",
        field=f"convolution_param.{given}",
        hint="give both, or stride" if alone else "",
    )


def refuse_overhang(sizes: Sequence[Any], w: Windows, slid: Sequence[Any], least: int = 0) -> None:
    """Fault a kernel that does not fit: fewer windows on some axis than ``least``."""
    for size, kernel, pad, dilation, made in zip(sizes, w.kernel, w.pad, w.dilation, slid):
        if made < least:
            raise Fault(
                f"a kernel that spans {dilation * (kernel - 1) + 1} does not fit a bottom of"
                f" {size} with pad {pad}: its top would be {made}",
                rule="kernel-exceeds-bottom",
                field="convolution_param.kernel_size",
            )


class BaseConvolution(LayerSchema):
    """A learned filter slid over the bottoms."""

    param = "convolution_param"
    bottoms: ClassVar[Any] = (1, None)
    tops: ClassVar[Any] = (1, None)
    paired = True
    #: Whether the filter maps its outputs back onto its inputs (Deconvolution).
    reverse: ClassVar[bool] = False

    def group(self, ctx: Context) -> int:
        """In how many parts the channels are filtered separately."""
        return int(ctx.param.group)

    def num_output(self, ctx: Context) -> int:
        """How many filters there are."""
        return int(ctx.param.num_output)

    def check(self, ctx: Context) -> None:
        w = windows(ctx)
        if not self.reverse:  # a Deconvolution multiplies by it
            refuse_zero_stride(ctx.param, w.stride)
        channels, group, outputs = ctx.bottom[w.axis], self.group(ctx), self.num_output(ctx)
        if outputs <= 0:
            raise Fault("num_output is missing or 0", field="convolution_param.num_output")
        if outputs > INT_MAX:
            raise Fault(
                f"num_output {outputs} is out of range", field="convolution_param.num_output"
            )
        if group <= 0:
            raise Fault("group is 0", field="convolution_param.group")
        if channels % group:
            raise Fault(
                f"group {group} does not divide {channels} bottom channels",
                rule="group-does-not-divide",
                field="convolution_param.group",
            )
        if outputs % group:
            raise Fault(
                f"group {group} does not divide num_output {outputs}",
                rule="group-does-not-divide",
                field="convolution_param.group",
            )
        refuse_difference(ctx)

    def slide(self, size: Any, kernel: int, stride: int, pad: int, dilation: int) -> Any:
        """The top's size on one spatial axis."""
        return convolved(size, kernel, stride, pad, dilation)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        w = windows(ctx)
        sizes = ctx.bottom[w.axis + 1 :]
        slid = [self.slide(*each) for each in zip(sizes, w.kernel, w.stride, w.pad, w.dilation)]
        # The bias is added by a vector of ones as long as the top's image.
        refuse_overhang(sizes, w, slid, least=1 if ctx.param.bias_term else 0)
        channels = ctx.bottom[w.axis] if not self.reverse else self.num_output(ctx)
        columns = (channels * count(w.kernel), *(sizes if self.reverse else slid))
        check_shape(columns, "its im2col buffer")
        return [(*ctx.bottom[: w.axis], self.num_output(ctx), *slid)] * ctx.tops

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        w, p = windows(ctx), ctx.param
        outputs, channels = self.num_output(ctx), ctx.bottom[w.axis]
        into, out = (outputs, channels) if self.reverse else (channels, outputs)
        weights = (out, into // self.group(ctx), *w.kernel)
        blobs = [ctx.filled("weights", weights, p.weight_filler)]
        if p.bias_term:
            blobs.append(ctx.filled("bias", (outputs,), p.bias_filler))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Sequence[Any]]) -> Any:
        w = windows(ctx)
        image = ctx.bottom if self.reverse else tops[0]
        channels = ctx.bottom[w.axis] * self.num_output(ctx) // self.group(ctx)
        places = count(image[: w.axis]) * count(image[w.axis + 1 :])
        return places * channels * count(w.kernel) * ctx.tops
