from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe, is_empty
from protogen.schema import Context, Fault, LayerSchema, register


@register
class UnPooling(LayerSchema):
    """Spread each value over a window of the top: its middle, evenly, or repeated.

    With a second bottom the window is worked out so that the top is of that bottom's size, or near.
    """

    param = "unpooling_param"
    bottoms = (1, 2)
    source = "weiliu89/caffe (branch fcn): src/caffe/layers/unpooling_layer.cpp"
    formula = "(size - 1) * out_stride - 2*out_pad + out_kernel_size"
    forks = ("wl-fcn", "cambricon")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        kernel, stride, pad = _pair(p, "out_kernel"), _pair(p, "out_stride"), _pair(p, "out_pad")
        num, channels, *sizes = ctx.legacy(ctx.bottom)
        if len(ctx.bottoms) > 1:
            if is_empty(sizes):
                raise Fault(
                    f"divides by the bottom's size: {describe(ctx.bottoms, 0)}", rule="blob-shape"
                )
            wanted = ctx.legacy(ctx.bottoms[1])[2:]
            return [(num, channels, *map(_fitted, sizes, wanted))]
        if 0 in kernel:
            raise Fault("a kernel of size 0", field="unpooling_param.out_kernel_size")
        spread = [
            (size - 1) * step - 2 * border + window
            for size, step, border, window in zip(sizes, stride, pad, kernel)
        ]
        return [(num, channels, *spread)]


def _pair(p: Any, name: str) -> tuple[int, int]:
    """One number for both axes, or else one for each."""
    plain = "out_kernel_size" if name == "out_kernel" else name
    given = p.HasField(f"{name}_h"), p.HasField(f"{name}_w")
    wrong = any(given) and (not all(given) or p.HasField(plain))
    if wrong or (name == "out_kernel" and not any(given) and not p.HasField(plain)):
        raise Fault(
            f"give {plain}, or else {name}_h and {name}_w", field=f"unpooling_param.{plain}"
        )
    if all(given):
        return getattr(p, f"{name}_h"), getattr(p, f"{name}_w")
    return getattr(p, plain), getattr(p, plain)


def _fitted(size: Any, wanted: Any) -> Any:
    """The size with a window as large as its stride, the overhang cut off evenly."""
    window = -(-wanted // size)
    stride = 1 if window == wanted else window
    overhang = (size - 1) * stride + window - wanted
    return wanted + overhang - 2 * (overhang // 2)
