from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import format_shape, reveal


@register
class LSTMUnit(LayerSchema):
    """One timestep of an LSTM: the next cell and hidden state.

    Bottoms are the cell state (1, streams, D), what the gates read (1, streams, 4 D) and whether
    the sequence goes on (1, streams). LSTM layers are made of these.
    """

    bottoms, tops = 3, 2
    source = "src/caffe/layers/lstm_unit_layer.cpp"

    def check(self, ctx: Context) -> None:
        for index, axes in enumerate((3, 3, 2)):
            if len(ctx.bottoms[index]) != axes:
                raise Fault(
                    f"bottom {index} takes {axes} axes: {describe(ctx.bottoms, index)}",
                    rule="axis-count",
                )
        _, streams, size = ctx.bottom
        for index, wanted in enumerate(((1, streams, size), (1, streams, 4 * size), (1, streams))):
            if ctx.bottoms[index] != wanted:
                raise Fault(
                    f"bottom {index} must be {format_shape(reveal(wanted))} beside bottom 0:"
                    f" {describe(ctx.bottoms, 0, index)}",
                    rule="bottom-shape-mismatch",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [ctx.bottom] * 2
