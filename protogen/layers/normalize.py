from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_axes, check_not_empty
from protogen.schema import Context, LayerSchema, Learnable, register


@register
class Normalize(LayerSchema):
    """Divide by the L2 norm and multiply by a learned scale; from the SSD fork.

    The norm is that of a whole item or, with ``across_spatial: false``, of each pixel's channels.
    The scale is one number or, with ``channel_shared: false``, one per channel.
    (source: Liu, Rabinovich & Berg 2015)
    """

    param = "norm_param"
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/normalize_layer.cpp"
    #: These have variants of their own, with another parameter message or none.
    unmarked_forks = ("yjxiong", "happynear")

    def check(self, ctx: Context) -> None:
        check_axes(ctx, 2, 4)
        check_not_empty(ctx, ctx.nchw()[1:], "an item of bottom 0")

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        shape = () if ctx.param.channel_shared else (ctx.bottom[1],)
        return [ctx.learnable("scale", shape, "scale_filler")]
