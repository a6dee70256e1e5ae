from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_axes, check_not_empty
from protogen.schema import Context, LayerSchema, Learnable, register


@register
class PReLU(LayerSchema):
    """A ReLU that learns its slope below zero, one for each channel (He et al. 2015).

    With ``channel_shared`` all channels share one slope. Slopes start at 0.25. Works in place.
    """

    param = "prelu_param"
    elementwise = True
    # In place it keeps a copy of its bottom for the gradient, so it needs no flag for that.
    source = "src/caffe/layers/prelu_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_axes(ctx, 2, names="batch, channels")
        # LayerSetUp asks for the channels in the old way, which aborts beyond four axes.
        if len(ctx.bottom) > 4:
            raise ctx.fault(
                f"expected at most 4 axes, got {len(ctx.bottom)}: {ctx.describe(0)}",
                bottom=0,
                rule="axis-count",
                hint="Intel's fork of Caffe accepts more axes",
            )
        check_not_empty(ctx, ctx.bottom[1:], "an item of bottom 0")

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        # A shared slope is a blob without axes, not one of size 1.
        shape = () if ctx.param.channel_shared else (ctx.bottom[1],)
        return [ctx.learnable("slope", shape, "filler")]
