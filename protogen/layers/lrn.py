from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import INT_MAX, UNKNOWN, Size


@register
class LRN(LayerSchema):
    """Divide each element by the energy of its neighborhood (Krizhevsky et al. 2012).

    The neighborhood is ``local_size`` channels at the same place or, with ``norm_region:
    WITHIN_CHANNEL``, a square with that side in the same channel. In BVLC's OpenCL branch,
    ``fuse_type: FUSED_POOL_MAX`` pools the top, too.
    """

    param = "lrn_param"
    elementwise = True
    # CrossChannelBackward reads both.
    reads_top = True
    reads_bottom_in_backward = True
    axes = (4,)
    source = "src/caffe/layers/lrn_layer.cpp"

    def check(self, ctx: Context) -> None:
        size = ctx.param.local_size
        if size % 2 == 0:
            raise ctx.fault(f"local_size must be odd, got {size}", "local_size")
        if size > INT_MAX:  # Caffe reads it as a negative int, whose remainder is -1, not 1
            raise ctx.fault(f"local_size must be at most {INT_MAX}, got {size}", "local_size")
        check_axes(ctx, 4, 4, names="N, C, H, W")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        if ctx.param.fuse_type:
            return [(*ctx.bottom[:2], UNKNOWN, UNKNOWN)]
        return [ctx.bottom]
