from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size, format_shape


@register
class LSTMUnit(LayerSchema):
    """One timestep of an LSTM: the next cell state and hidden state.

    Bottoms are the cell state (1, streams, D), the input of the gates (1, streams, 4 D) and
    whether the sequence continues (1, streams). LSTM layers consist of these.
    """

    bottoms, tops = 3, 2
    source = "src/caffe/layers/lstm_unit_layer.cpp"

    def check(self, ctx: Context) -> None:
        # The first axis has one timestep.
        for index, axes in enumerate((3, 3, 2)):
            check_axes(ctx, axes, axes, bottom=index)
        # The input, forget and output gates and the new cell value: 4 D numbers for D cells.
        _, streams, size = ctx.bottom
        shapes = ((1, streams, size), (1, streams, 4 * size), (1, streams))
        for index, expected in enumerate(shapes):
            if ctx.bottoms[index] != expected:
                raise ctx.fault(
                    f"expected bottom {index} to be {format_shape(expected)}:"
                    f" {ctx.describe(*sorted({0, index}))}",
                    bottom=index,
                    rule="bottom-shape-mismatch",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [ctx.bottom] * 2
