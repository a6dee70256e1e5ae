from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from protogen.layers._windows import pooled
from protogen.schema import Arity, Context, Fault, LayerSchema, register

MAX, AVE, STOCHASTIC = 0, 1, 2


class PoolingWindow(NamedTuple):
    """The window on both axes, each a pair (height, width), and whether sizes round down."""

    kernel: tuple[Any, Any]
    stride: tuple[int, int]
    pad: tuple[int, int]
    floor: bool

    @property
    def clip(self) -> bool:
        """Any padding has Caffe take off last windows that start past the padded edge."""
        return self.pad != (0, 0)


@register
class Pooling(LayerSchema):
    """The maximum, average or a random element of each window.

    Caffe rounds the number of windows *up*, where other frameworks round down: kernel 2, stride 2
    makes 4 of 7, not 3. ``round_mode: FLOOR`` rounds down; forks write ``ceil_mode: false``, or
    ``torch_pooling: true``. A second top of MAX pooling holds the index each maximum came from.
    """

    param = "pooling_param"
    tops = (1, 2)
    source = "src/caffe/layers/pooling_layer.cpp"
    formula = "ceil((size + 2*pad - kernel_size) / stride) + 1, clipped if any pad is above 0"

    def arity(self, layer: Any) -> tuple[Arity, Arity]:
        return 1, (1, 2 if layer.pooling_param.pool == MAX else 1)

    def window(self, ctx: Context) -> PoolingWindow:
        """Read the fields as ``PoolingLayer::LayerSetUp`` does, with its checks."""
        p = ctx.param
        height, width = ctx.legacy(ctx.bottom)[2:]
        kernel = (height, width) if p.global_pooling else _kernel(p)
        if p.global_pooling and any(map(p.HasField, ("kernel_size", "kernel_h", "kernel_w"))):
            raise Fault(
                "global_pooling takes the whole bottom as its kernel; give no kernel size",
                field="pooling_param.global_pooling",
            )
        pad, stride = _pair(p, "pad"), _pair(p, "stride")
        if kernel[0] <= 0 or kernel[1] <= 0:
            raise Fault("a kernel of size 0", field="pooling_param.kernel_size")
        if 0 in stride:
            raise Fault(
                "a stride of 0: Caffe divides by it and computes a size that is no number",
                field="pooling_param.stride",
            )
        if p.global_pooling and (pad != (0, 0) or stride != (1, 1)):
            raise Fault(
                "global_pooling goes with pad 0 and stride 1 only",
                field="pooling_param.global_pooling",
            )
        return PoolingWindow(kernel, stride, pad, self.rounds_down(p))

    def rounds_down(self, p: Any) -> bool:
        """Whether the number of windows is rounded down: the first spelling present decides."""
        if p.HasField("round_mode"):
            return bool(p.round_mode == 1)
        if p.HasField("ceil_mode"):
            return not p.ceil_mode
        return bool(p.torch_pooling)

    def dialect(self, layer: Any) -> str:
        p = layer.pooling_param
        if p.HasField("round_mode"):
            return ""
        if p.HasField("ceil_mode"):
            return "opencv, cambricon and pt2c (ceil_mode)"
        return "TensorRT (torch_pooling)" if p.HasField("torch_pooling") else ""

    def check(self, ctx: Context) -> None:
        w = self.window(ctx)
        if w.clip and ctx.param.pool == STOCHASTIC:
            raise Fault("pad is for MAX and AVE pooling only", field="pooling_param.pad")
        for pad, kernel in zip(w.pad, w.kernel):
            if w.clip and pad >= kernel:
                raise Fault(
                    f"pad {pad} is not below the kernel of {kernel}",
                    rule="pad-reaches-kernel",
                    field="pooling_param.pad",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        if len(ctx.bottom) != 4:
            raise Fault(
                f"takes a bottom of 4 axes (N, C, H, W), not {len(ctx.bottom)}", rule="axis-count"
            )
        w = self.window(ctx)
        num, channels, *sizes = ctx.bottom
        if ctx.param.global_pooling:  # one window, however large the bottom is
            return [(num, channels, 1, 1)] * ctx.tops
        windows = [_slide(w, axis, size) for axis, size in enumerate(sizes)]
        return [(num, channels, *windows)] * ctx.tops


def _slide(w: PoolingWindow, axis: int, size: Any) -> Any:
    """How many windows there are on an axis."""
    kernel, stride, pad = w.kernel[axis], w.stride[axis], w.pad[axis]
    made = pooled(size, kernel, stride, pad, floor=w.floor, clip=w.clip)
    if made < 0:
        raise Fault(
            f"a kernel of {kernel} does not fit a bottom of {size} with pad {pad}:"
            f" its top would be {made}",
            rule="kernel-exceeds-bottom",
            field="pooling_param.kernel_size",
        )
    if w.clip and (made - 1) * stride >= size + pad:
        raise Fault(
            f"its last window starts at {(made - 1) * stride}, past a bottom of {size}"
            f" with pad {pad}",
            rule="kernel-exceeds-bottom",
            field="pooling_param.stride",
        )
    return made


def _kernel(p: Any) -> tuple[int, int]:
    both = p.HasField("kernel_h") and p.HasField("kernel_w")
    if p.HasField("kernel_size") == both:
        wrong = "both kernel_size and kernel_h, kernel_w are given" if both else "no kernel size"
        raise Fault(
            f"{wrong}; give kernel_size, or else kernel_h and kernel_w",
            field="pooling_param.kernel_size",
        )
    return (p.kernel_h, p.kernel_w) if both else (p.kernel_size, p.kernel_size)


def _pair(p: Any, name: str) -> tuple[int, int]:
    """``pad`` or else both of ``pad_h`` and ``pad_w``; stride alike."""
    height, width = f"{name}_h", f"{name}_w"
    given = p.HasField(height), p.HasField(width)
    if any(given) and (p.HasField(name) or not all(given)):
        raise Fault(f"give {name}, or else {height} and {width}", field=f"pooling_param.{name}")
    if all(given):
        return getattr(p, height), getattr(p, width)
    return getattr(p, name), getattr(p, name)
