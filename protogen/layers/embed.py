from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_not_empty
from protogen.layers._parameters import check_size
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import Size


@register
class Embed(LayerSchema):
    """Look up a learned vector of ``num_output`` numbers for each index in the bottom.

    The indices are below ``input_dim``. The result is that of an InnerProduct of one-hot vectors,
    but those vectors are never created.
    """

    param = "embed_param"
    size_field = "num_output"
    source = "src/caffe/layers/embed_layer.cpp"
    formula = "the bottom's sizes, then num_output"

    def check(self, ctx: Context) -> None:
        # Neither has a default: an absent one is 0, which Caffe rejects.
        check_size(ctx, "num_output")
        check_size(ctx, "input_dim")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        if ctx.param.bias_term:  # Caffe adds it with a vector of ones as long as the bottom
            check_not_empty(ctx, ctx.bottom, "bottom 0")
        return [(*ctx.bottom, ctx.param.num_output)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p = ctx.param
        # The other way round than in an InnerProduct: a row is the vector of one index.
        blobs = [ctx.learnable("weights", (p.input_dim, p.num_output), "weight_filler")]
        if p.bias_term:
            blobs.append(ctx.learnable("bias", (p.num_output,), "bias_filler"))
        return blobs
