from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size, Unknown

#: Level 31 would have more bins than any blob has elements.
_MAX_LEVELS = 31


@register
class SPP(LayerSchema):
    """Pool an image of any size to a vector of fixed length (He et al. 2014).

    Level i of ``pyramid_height`` levels, counted from 0, pools it to 2**i x 2**i bins; the bins of
    all levels are concatenated. Caffe computes the kernels and pads from the bottom's size, and
    for some sizes the result is invalid.
    """

    param = "spp_param"
    axes = (4,)
    source = "src/caffe/layers/spp_layer.cpp"
    formula = "channels * (4**pyramid_height - 1) / 3; N x C x 1 x 1 if pyramid_height is 1"

    def check(self, ctx: Context) -> None:
        levels = ctx.param.pyramid_height
        if not levels:
            raise ctx.fault("pyramid_height is missing", "pyramid_height")
        if levels > _MAX_LEVELS:
            raise ctx.fault(
                f"pyramid_height {levels} is too large; no image has that many pixels",
                "pyramid_height",
            )
        check_axes(ctx, 4, 4, names="N, C, H, W")
        if levels > 1:
            ctx.reject_in_place()
        for size in ctx.bottom[2:]:
            if not isinstance(size, Unknown):
                _check_levels(ctx, levels, size)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        num, channels, _, _ = ctx.bottom
        levels = ctx.param.pyramid_height
        # A single level is a pooling and nothing else: the top keeps four axes.
        if levels == 1:
            return [(num, channels, 1, 1)]
        return [(num, channels * ((4**levels - 1) // 3))]


def _check_levels(ctx: Context, levels: int, size: int) -> None:
    """Raise unless each level has a kernel that covers the axis, with a smaller pad."""
    if size == 0:
        raise ctx.fault(f"the image has no pixels: {ctx.describe(0)}", bottom=0, rule="blob-shape")
    stochastic = ctx.param.pool == proto.SPPParameter.STOCHASTIC
    for level in range(levels):
        bins = 2**level
        kernel = -(-size // bins)  # rounded up
        # The pad is half of what the bins cover beyond the image, rounded up.
        pad = (kernel * bins - size + 1) // 2
        if pad >= kernel:
            raise ctx.fault(
                f"level {level} divides size {size} into {bins} bins, for which Caffe computes"
                f" pad {pad} and kernel {kernel}; the pad must be less than the kernel",
                "pyramid_height",
                rule="kernel-exceeds-bottom",
                hint=f"pyramid_height: {level}" if level else "",
            )
        if pad and stochastic:
            raise ctx.fault(
                f"level {level} divides size {size} into {bins} bins, which needs pad {pad};"
                " STOCHASTIC pooling does not support pad",
                "pool",
            )
