from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, Fault, LayerSchema, Learnable, register
from protogen.shapes import format_shape, reveal


@register
class PReLU(LayerSchema):
    """A ReLU that learns its slope below zero, one for each channel (He et al. 2015).

    With ``channel_shared`` all channels have the same. The slopes begin at 0.25. Works in place.
    """

    param = "prelu_param"
    source = "src/caffe/layers/prelu_layer.cpp"

    def check(self, ctx: Context) -> None:
        if len(ctx.bottom) < 2:
            raise Fault(
                "takes a bottom with a batch axis and a channel axis, not"
                f" {format_shape(reveal(ctx.bottom))}",
                rule="axis-count",
            )
        ctx.legacy(ctx.bottom)
        refuse_empty(ctx.bottom[1:], "its bottom past the batch axis")

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        shape = () if ctx.param.channel_shared else (ctx.bottom[1],)
        return [ctx.filled("slope", shape, ctx.param.filler)]
