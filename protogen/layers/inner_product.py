from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, Fault, LayerSchema, Learnable, register
from protogen.shapes import INT_MAX, count


@register
class InnerProduct(LayerSchema):
    """Multiply the bottom, flattened from ``axis`` on, by a learned matrix and add a bias.

    Also called fully connected. Every size from ``axis`` on is fixed once its weights are
    trained; a Convolution whose kernel covers them computes the same.
    """

    param = "inner_product_param"
    source = "src/caffe/layers/inner_product_layer.cpp"
    formula = "the sizes before axis, then num_output"

    def check(self, ctx: Context) -> None:
        outputs = ctx.param.num_output
        if not 0 < outputs <= INT_MAX:
            wrong = f"num_output {outputs} is out of range" if outputs else "num_output is missing"
            raise Fault(wrong, field="inner_product_param.num_output")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        axis = self._axis(ctx)
        if ctx.param.bias_term:  # added by a vector of ones as long as the sizes before axis
            refuse_empty(ctx.bottom[:axis], "the bottom before axis")
        return [(*ctx.bottom[:axis], ctx.param.num_output)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p = ctx.param
        inputs = count(ctx.bottom[self._axis(ctx) :])
        weights = (inputs, p.num_output) if p.transpose else (p.num_output, inputs)
        blobs = [ctx.filled("weights", weights, p.weight_filler)]
        if p.bias_term:
            blobs.append(ctx.filled("bias", (p.num_output,), p.bias_filler))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Sequence[Any]]) -> Any:
        return count(ctx.bottom) * ctx.param.num_output

    def _axis(self, ctx: Context) -> int:
        return ctx.axis(ctx.param.axis, ctx.bottom, "inner_product_param.axis")
