from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, Fault, LayerSchema, Learnable, register
from protogen.shapes import format_shape, reveal


@register
class BatchNorm(LayerSchema):
    """Shift and scale each channel to mean 0 and variance 1.

    In training by the batch's own statistics, of which it keeps a moving average; when testing by
    that average (``use_global_stats`` chooses). It learns no scale or bias: a Scale layer with
    ``bias_term`` after it does. Its three blobs are not trained, and sum up more than one
    iteration: mean and variance are to be divided by the third.
    """

    param = "batch_norm_param"
    source = "src/caffe/layers/batch_norm_layer.cpp"

    def check(self, ctx: Context) -> None:
        for index, spec in enumerate(ctx.layer.param[:3]):
            if spec.lr_mult:
                raise Fault(
                    f"its statistics are not trained, but param {index} has lr_mult"
                    f" {spec.lr_mult:g}",
                    field=f"param[{index}].lr_mult",
                    hint="leave the param entries out, or give each lr_mult: 0",
                )
        if len(ctx.bottom) < 2:
            raise Fault(
                "takes a bottom with a batch axis and a channel axis, not"
                f" {format_shape(reveal(ctx.bottom))}",
                rule="axis-count",
            )
        refuse_empty(ctx.bottom, "its bottom")

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        channels = (ctx.bottom[1],)
        return [
            Learnable("mean", channels),
            Learnable("variance", channels),
            Learnable("moving average factor", (1,)),
        ]

    def _parameters(self, layer: Any) -> Hashable:
        specs = [spec.SerializePartialToString() for spec in layer.param]
        return (super()._parameters(layer), *specs)
