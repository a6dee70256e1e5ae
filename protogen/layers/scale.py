from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import is_empty, refuse_empty
from protogen.layers._broadcast import covered, laid
from protogen.schema import Context, LayerSchema, Learnable, register


@register
class Scale(LayerSchema):
    """Multiply the first bottom by a small blob, learned or the second bottom.

    The blob's first axis goes with the bottom's ``axis``, and it is repeated over the axes it does
    not cover; a learned one covers ``num_axes`` axes. With ``bias_term`` a blob of the same shape
    is learned and added.
    """

    param = "scale_param"
    bottoms = (1, 2)
    source = "src/caffe/layers/scale_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        axis, end = laid(ctx, self._scale(ctx), self.param)
        outer, inner = ctx.bottom[:axis], ctx.bottom[end:]
        if ctx.param.bias_term:
            refuse_empty(inner, "the bottom past the axes of the bias")
        if is_empty(outer):  # both are summed up by one vector of ones, as long as the longer
            refuse_empty(inner, "the bottom before and past the axes of the scale")
        return [ctx.bottom]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p, scale = ctx.param, self._scale(ctx)
        blobs = []
        if len(ctx.bottoms) == 1:
            blobs.append(ctx.filled("scale", scale, p.filler))
        if p.bias_term:
            ctx.axis(p.axis, ctx.bottom, "scale_param.axis")  # even where the scale is a scalar
            laid(ctx, scale, self.param)
            blobs.append(ctx.filled("bias", scale, p.bias_filler))
        return blobs

    def _scale(self, ctx: Context) -> tuple[Any, ...]:
        return ctx.bottoms[1] if len(ctx.bottoms) > 1 else covered(ctx, self.param)
