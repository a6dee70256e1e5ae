from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.layers._blobs import check_axes
from protogen.schema import Arity, Context, LayerSchema, register
from protogen.shapes import UNKNOWN, Size
from protogen.windows import PoolingWindow, pooling_size, pooling_window, written_field


@register
class Pooling(LayerSchema):
    """The maximum, the average, or a random element of each window.

    Caffe rounds the number of windows *up*, where other frameworks round down: kernel 2, stride 2
    on size 7 gives 4, not 3. ``round_mode: FLOOR`` rounds down; forks write ``ceil_mode: false``
    or ``torch_pooling: true``. A second top of MAX pooling holds the index of each maximum.
    """

    param = "pooling_param"
    tops = (1, 2)
    reads_bottom_while_writing = True
    axes = (4,)
    source = "src/caffe/layers/pooling_layer.cpp"
    formula = "ceil((size + 2*pad - kernel_size) / stride) + 1, clipped if any pad is above 0"

    def arity(self, layer: proto.LayerParameter) -> tuple[Arity, Arity]:
        has_mask = layer.pooling_param.pool == proto.PoolingParameter.MAX
        return 1, (1, 2 if has_mask else 1)

    def dialect(self, layer: proto.LayerParameter) -> str:
        param = layer.pooling_param
        if param.HasField("round_mode"):
            return ""
        if param.HasField("ceil_mode"):
            return "opencv, cambricon and pt2c (ceil_mode)"
        return "TensorRT (torch_pooling)" if param.HasField("torch_pooling") else ""

    def check(self, ctx: Context) -> None:
        window = pooling_window(ctx)
        # Caffe looks at the pads only if one of them is above 0.
        if not window.clip:
            return
        if ctx.param.pool == proto.PoolingParameter.STOCHASTIC:
            padded = 0 if window.pad[0] else 1
            raise ctx.fault(
                "STOCHASTIC pooling does not support pad",
                written_field(ctx.param, "pad", padded),
            )
        for axis, (pad, kernel) in enumerate(zip(window.pad, window.kernel)):
            if pad >= kernel:
                raise ctx.fault(
                    f"pad must be less than the kernel size {kernel}, got {pad}",
                    written_field(ctx.param, "pad", axis),
                    rule="pad-reaches-kernel",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        check_axes(ctx, 4, 4, names="N, C, H, W")
        window = pooling_window(ctx)
        num, channels, height, width = ctx.bottom
        if ctx.param.global_pooling:  # one window, whatever the size of the bottom
            return [(num, channels, 1, 1)] * ctx.tops
        if ctx.param.yolo:  # Sophgo's fork adds a window on each axis
            return [(num, channels, UNKNOWN, UNKNOWN)] * ctx.tops
        sizes = [_output_size(ctx, window, axis, size) for axis, size in enumerate((height, width))]
        return [(num, channels, *sizes)] * ctx.tops


def _output_size(ctx: Context, window: PoolingWindow, axis: int, size: Any) -> Any:
    """The number of windows on an axis: 0 is the height, 1 the width."""
    kernel, stride, pad = window.kernel[axis], window.stride[axis], window.pad[axis]
    output = pooling_size(size, kernel, stride, pad, floor=window.floor, clip=window.clip)
    # A top of size 0 is legal in Caffe, a negative one is not.
    if output < 0:
        raise ctx.fault(
            f"kernel {kernel} does not fit size {size} with pad {pad} (axis {axis + 2}):"
            f" the top would have size {output}",
            written_field(ctx.param, "kernel_size", axis),
            rule="kernel-exceeds-bottom",
        )
    # Caffe takes one window off, and then checks that this was enough.
    start = (output - 1) * stride
    if window.clip and start >= size + pad:
        raise ctx.fault(
            f"the last window would start at {start}, but must start before size + pad ="
            f" {size} + {pad} = {size + pad} (axis {axis + 2})",
            written_field(ctx.param, "stride", axis),
            rule="kernel-exceeds-bottom",
        )
    return output
