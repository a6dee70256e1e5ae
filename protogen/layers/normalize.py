from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen import proto
from protogen.layers._blobs import check_axes, check_not_empty
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import Size

if TYPE_CHECKING:
    from protogen.proto import NormalizeParameter


@register
class Normalize(LayerSchema):
    """Divide by the L2 norm and multiply by a learned scale; from the SSD fork.

    The norm is that of a whole item or, with ``across_spatial: false``, of each pixel's channels.
    The scale is one number or, with ``channel_shared: false``, one per channel.
    (source: Liu, Rabinovich & Berg 2015)

    With ``normalize_param`` or a second top it is that of happynear's fork. That learns nothing and
    divides each pixel's channels by their norm; the second top has the norms, Nx1xHxW.
    """

    param = "norm_param"
    also = ("normalize_param",)
    tops = (1, 2)
    elementwise = True
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/normalize_layer.cpp"
    #: These have variants of their own, with another parameter message or none.
    unmarked_forks = ("yjxiong", "happynear")

    def dialect(self, layer: proto.LayerParameter) -> str:
        if layer.HasField("normalize_param"):
            return "happynear (normalize_param)"
        return "happynear (2 tops)" if len(layer.top) == 2 else ""

    def check(self, ctx: Context) -> None:
        if _is_happynear(ctx):
            return
        # It asks for num, channels, height and width, which abort beyond four axes.
        check_axes(ctx, 2, 4)
        check_not_empty(ctx, ctx.nchw()[1:], "an item of bottom 0")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        if not _is_happynear(ctx):
            return [ctx.bottom]
        num, channels, height, width = ctx.nchw()
        return [(num, channels, height, width), (num, 1, height, width)][: ctx.tops]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        if _is_happynear(ctx):
            return ()
        p: NormalizeParameter = ctx.param
        shape = () if p.channel_shared else (ctx.bottom[1],)
        return [ctx.learnable("scale", shape, "scale_filler")]


def _is_happynear(ctx: Context) -> bool:
    return ctx.tops == 2 or ctx.layer.HasField("normalize_param")
