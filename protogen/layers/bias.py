from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_not_empty
from protogen.layers._broadcast import covered_axes, learned_shape
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import Shape, Size


@register
class Bias(LayerSchema):
    """Add a small blob to the first bottom, along some of its axes.

    The blob is learned, or the second bottom. Its first axis corresponds to the bottom's ``axis``;
    it is repeated over the axes that it does not cover. A learned blob covers ``num_axes`` axes.
    """

    param = "bias_param"
    bottoms = (1, 2)
    elementwise = True
    source = "src/caffe/layers/bias_layer.cpp"

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return (bottoms[0],)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        bias = ctx.bottoms[1] if len(ctx.bottoms) > 1 else learned_shape(ctx)
        _, end = covered_axes(ctx, bias)
        # Caffe adds the bias with a vector of ones as long as the axes after it.
        check_not_empty(ctx, ctx.bottom[end:], "bottom 0 after the axes of the bias")
        return [ctx.bottom]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        # A second bottom takes the place of the learned blob.
        if len(ctx.bottoms) > 1:
            return []
        return [ctx.learnable("bias", learned_shape(ctx), "filler")]
