from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, Fault, LayerSchema, Learnable, register
from protogen.shapes import INT_MAX


@register
class Embed(LayerSchema):
    """Look up a learned vector of ``num_output`` for each index in the bottom.

    The indices are below ``input_dim``. It computes an InnerProduct of one-hot vectors, without
    making them.
    """

    param = "embed_param"
    source = "src/caffe/layers/embed_layer.cpp"
    formula = "the bottom's sizes, then num_output"

    def check(self, ctx: Context) -> None:
        for name in ("num_output", "input_dim"):
            size = getattr(ctx.param, name)
            if not 0 < size <= INT_MAX:
                wrong = f"{name} {size} is out of range" if size else f"{name} is missing or 0"
                raise Fault(wrong, field=f"embed_param.{name}")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        if ctx.param.bias_term:  # added by a vector of ones as long as the bottom
            refuse_empty(ctx.bottom, "its bottom")
        return [(*ctx.bottom, ctx.param.num_output)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p = ctx.param
        blobs = [ctx.filled("weights", (p.input_dim, p.num_output), p.weight_filler)]
        if p.bias_term:
            blobs.append(ctx.filled("bias", (p.num_output,), p.bias_filler))
        return blobs
