from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, Fault, LayerSchema, Learnable, register
from protogen.shapes import format_shape, reveal


@register
class Normalize(LayerSchema):
    """Divide by the L2 norm and multiply by a learned scale; of the SSD fork.

    The norm is of all an item holds or, with ``across_spatial: false``, of each pixel's channels.
    The scale is one number or, with ``channel_shared: false``, one for each channel.
    (source: Liu, Rabinovich & Berg 2015)
    """

    param = "norm_param"
    source = "src/caffe/layers/normalize_layer.cpp"

    def check(self, ctx: Context) -> None:
        image = ctx.legacy(ctx.bottom)[1:]
        if len(ctx.bottom) < 2:
            raise Fault(
                f"takes a bottom of 2 to 4 axes, not {format_shape(reveal(ctx.bottom))}",
                rule="axis-count",
            )
        refuse_empty(image, "an item")

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        shape = () if ctx.param.channel_shared else (ctx.bottom[1],)
        return [ctx.filled("scale", shape, ctx.param.scale_filler)]
