from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.layers._broadcast import covered, laid
from protogen.schema import Context, LayerSchema, Learnable, register


@register
class Bias(LayerSchema):
    """Add a small blob, learned or the second bottom, to the first bottom along some of its axes.

    Its first axis goes with the bottom's ``axis``; it is repeated over the axes it does not cover.
    A learned one covers ``num_axes`` axes.
    """

    param = "bias_param"
    bottoms = (1, 2)
    source = "src/caffe/layers/bias_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        shape = ctx.bottoms[1] if len(ctx.bottoms) > 1 else covered(ctx, self.param)
        _, end = laid(ctx, shape, self.param)
        refuse_empty(ctx.bottom[end:], "the bottom past the axes of the bias")
        return [ctx.bottom]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        if len(ctx.bottoms) > 1:
            return []
        return [ctx.filled("bias", covered(ctx, self.param), ctx.param.filler)]
