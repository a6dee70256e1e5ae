from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class ContinuationIndicator(LayerSchema):
    """The markers that an LSTM needs: 0 at the first timestep of each sequence, 1 later."""

    param = "continuation_indicator_param"
    bottoms = 0
    size_field = "time_step"
    source = "yalecyu/crnn.caffe: src/caffe/layers/continuation_indicator_layer.cpp"
    formula = "time_step by batch_size"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "batch_size", "time_step")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # In the order of a recurrent layer: timesteps, then streams.
        return [(ctx.param.time_step, ctx.param.batch_size)]
