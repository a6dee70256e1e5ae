from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import UNKNOWN, format_shape, reveal

STOCHASTIC = 2

#: Level 31 has more bins than any blob has elements.
_LEVELS = 31


@register
class SPP(LayerSchema):
    """Pool an image of any size to a vector of one length (He et al. 2014).

    Level i of ``pyramid_height`` levels, counted from 0, pools it to 2**i x 2**i bins; the bins of
    all levels are joined. The kernels and pads are computed from the bottom's size, and not every
    size has some that Caffe takes.
    """

    param = "spp_param"
    source = "src/caffe/layers/spp_layer.cpp"
    formula = "channels * (4**pyramid_height - 1) / 3; N x C x 1 x 1 if pyramid_height is 1"

    def check(self, ctx: Context) -> None:
        levels = ctx.param.pyramid_height
        if not 0 < levels <= _LEVELS:
            wrong = f"{levels} is more than any image has pixels for" if levels else "is missing"
            raise Fault(f"pyramid_height {wrong}", field="spp_param.pyramid_height")
        if len(ctx.bottom) != 4:
            raise Fault(
                f"takes a bottom of 4 axes (N, C, H, W), not {format_shape(reveal(ctx.bottom))}",
                rule="axis-count",
            )
        if levels > 1:
            ctx.refuse_in_place()
        for size in ctx.bottom[2:]:
            if size is not UNKNOWN:
                _check_levels(levels, size, stochastic=ctx.param.pool == STOCHASTIC)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        num, channels = ctx.bottom[:2]
        levels = ctx.param.pyramid_height
        if levels == 1:
            return [(num, channels, 1, 1)]
        return [(num, channels * ((4**levels - 1) // 3))]


def _check_levels(levels: int, size: int, stochastic: bool) -> None:
    """Raise unless each level has a kernel that covers the axis with a pad below it."""
    if size == 0:
        raise Fault("its bottom has a side of 0: an image without pixels", rule="blob-shape")
    for level in range(levels):
        bins = 2**level
        kernel = -(-size // bins)
        pad = (kernel * bins - size + 1) // 2
        if pad >= kernel:
            raise Fault(
                f"level {level} cuts a side of {size} into {bins} bins, for which Caffe computes"
                f" pad {pad} and kernel {kernel}; the pad must be below the kernel",
                rule="kernel-exceeds-bottom",
                field="spp_param.pyramid_height",
                hint=f"pyramid_height: {level}" if level else "",
            )
        if pad and stochastic:
            raise Fault(
                f"level {level} cuts a side of {size} into {bins} bins, which needs pad {pad};"
                " pool STOCHASTIC takes none",
                field="spp_param.pool",
            )
