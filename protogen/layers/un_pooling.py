from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import is_empty
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class UnPooling(LayerSchema):
    """Spread each value over a window of the top: into its center, evenly, or by repeating it.

    With a second bottom, the window is computed so that the top has about the size of that
    bottom.
    """

    param = "unpooling_param"
    bottoms = (1, 2)
    axes = (4, 4)
    source = "weiliu89/caffe (branch fcn): src/caffe/layers/unpooling_layer.cpp"
    formula = "(size - 1) * out_stride - 2*out_pad + out_kernel_size"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # All of these are on the side of the top, as the names say.
        kernel = _size_or_pair(ctx, "out_kernel_size", "out_kernel_h", "out_kernel_w")
        stride = _size_or_pair(ctx, "out_stride", "out_stride_h", "out_stride_w")
        pad = _size_or_pair(ctx, "out_pad", "out_pad_h", "out_pad_w")
        num, channels, *sizes = ctx.nchw()
        if len(ctx.bottoms) > 1:
            if is_empty(sizes):
                raise ctx.fault(
                    f"the image has no pixels, and Caffe divides by its size: {ctx.describe(0)}",
                    bottom=0,
                    rule="blob-shape",
                )
            _, _, *targets = ctx.nchw(1)
            return [(num, channels, *map(_fitted_size, sizes, targets))]
        if 0 in kernel:
            raise ctx.fault("out_kernel_size must be greater than 0, got 0", "out_kernel_size")
        outputs = [
            (size - 1) * stride[axis] - 2 * pad[axis] + kernel[axis]
            for axis, size in enumerate(sizes)
        ]
        return [(num, channels, *outputs)]


def _size_or_pair(ctx: Context, field: str, height: str, width: str) -> tuple[int, int]:
    """One number for both axes, or one for each; only the kernel has no default."""
    param = ctx.param
    written = [name for name in (height, width) if param.HasField(name)]
    if len(written) == 1 or (written and param.HasField(field)):
        raise ctx.fault(f"give either {field}, or both {height} and {width}", written[0])
    if written:
        return getattr(param, height), getattr(param, width)
    if field == "out_kernel_size" and not param.HasField(field):
        raise ctx.fault(f"{field} is missing; give it, or both {height} and {width}", field)
    return getattr(param, field), getattr(param, field)


def _fitted_size(size: Any, target: Any) -> Any:
    """The size with a window as large as its stride, and the overhang cropped on both sides."""
    kernel = -(-target // size)  # rounded up
    stride = 1 if kernel == target else kernel
    overhang = (size - 1) * stride + kernel - target
    return target + overhang - 2 * (overhang // 2)
