from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_not_empty, is_empty
from protogen.layers._broadcast import covered_axes, learned_shape
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import InternalShape, Shape, Size


@register
class Scale(LayerSchema):
    """Multiply the first bottom by a small blob, along some of its axes.

    The blob is learned, or the second bottom. Its first axis corresponds to the bottom's ``axis``,
    and it is repeated over the axes that it does not cover; a learned blob covers ``num_axes``
    axes. With ``bias_term`` a blob with the same shape is learned and added.
    """

    param = "scale_param"
    bottoms = (1, 2)
    elementwise = True
    source = "src/caffe/layers/scale_layer.cpp"

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return (bottoms[0],)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        start, end = covered_axes(ctx, self._scale(ctx))
        outer, inner = ctx.bottom[:start], ctx.bottom[end:]
        if ctx.param.bias_term:
            check_not_empty(ctx, inner, "bottom 0 after the axes of the bias")
        # Caffe sums over both with one vector of ones, as long as the longer of the two.
        if is_empty(outer):
            check_not_empty(ctx, inner, "bottom 0 before and after the axes of the scale")
        return [ctx.bottom]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        scale = self._scale(ctx)
        blobs = []
        if len(ctx.bottoms) == 1:
            blobs.append(ctx.learnable("scale", scale, "filler"))
        if ctx.param.bias_term:
            ctx.axis()  # the bias needs a valid axis, even if the scale is a scalar
            covered_axes(ctx, scale)
            # An internal Bias layer adds the bias. It has the axes of the scale.
            blobs.append(ctx.learnable("bias", scale, "bias_filler"))
        return blobs

    def _scale(self, ctx: Context) -> InternalShape:
        return ctx.bottoms[1] if len(ctx.bottoms) > 1 else learned_shape(ctx)
