from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.layers._blobs import check_not_empty
from protogen.layers._parameters import check_size
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import Size, count


@register
class InnerProduct(LayerSchema):
    """Multiply the bottom, flattened from ``axis`` on, by a learned matrix and add a bias.

    Also called a fully connected layer. Every size from ``axis`` on is fixed once the weights are
    trained; a Convolution whose kernel covers these axes computes the same.
    """

    param = "inner_product_param"
    size_field = "num_output"
    reads_bottom_while_writing = True
    source = "src/caffe/layers/inner_product_layer.cpp"
    formula = "the sizes before axis, then num_output"

    def check(self, ctx: Context) -> None:
        check_size(ctx, "num_output")

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        axis = layer.inner_product_param.axis
        return [axis + 1] if axis >= 0 else []

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        outer = ctx.bottom[: ctx.axis()]
        if ctx.param.bias_term:  # Caffe adds it with a vector of ones, one for each row
            check_not_empty(ctx, outer, "bottom 0 before axis")
        return [(*outer, ctx.param.num_output)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p = ctx.param
        # Everything from axis on is one vector, so its size is fixed once the weights are trained.
        inputs = count(ctx.bottom[ctx.axis() :])
        # transpose only changes how the weights are stored, not what is computed.
        weights = (inputs, p.num_output) if p.transpose else (p.num_output, inputs)
        blobs = [ctx.learnable("weights", weights, "weight_filler")]
        if p.bias_term:
            blobs.append(ctx.learnable("bias", (p.num_output,), "bias_filler"))
        return blobs

    def macs(self, ctx: Context, tops: Sequence[Sequence[Size]]) -> Any:
        return count(ctx.bottom) * ctx.param.num_output
