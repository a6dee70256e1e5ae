from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import check_axes
from protogen.layers._parameters import check_positive
from protogen.layers._recurrent import Recurrent
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import Size


@register
class LSTM(Recurrent):
    """Long short-term memory: a recurrent layer with input, forget and output gates.

    Bottoms: the sequences (timesteps, streams, features); markers (timesteps, streams), 0 where a
    new sequence starts and 1 elsewhere; optionally a static input (streams, features). The top is
    (timesteps, streams, ``num_output``). With ``expose_hidden`` the hidden and cell state before
    the first timestep are additional bottoms, and those after the last one additional tops.
    (source: Hochreiter & Schmidhuber 1997, and Donahue et al. 2015)
    """

    states, gates = 2, 4
    source = "src/caffe/layers/lstm_layer.cpp"


class Lstm(LayerSchema):
    """Long short-term memory in forks for reading text, whose sequences all have one length.

    The bottom is (timesteps, streams, features), the top (timesteps, streams, ``num_output``).
    """

    param = "lstm_param"
    bottoms = (1, 2)
    axes = (3, 2)
    size_field = "num_output"
    source = "tianzhi0549/CTPN: caffe/src/caffe/layers/lstm_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_axes(ctx, 3, names="timesteps, streams, features")
        check_positive(ctx, "num_output")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        steps, streams = ctx.bottom[:2]
        return [(steps, streams, ctx.param.num_output)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        outputs = ctx.param.num_output
        # The four gates, one after another.
        rows = 4 * outputs
        return [
            ctx.learnable("weights", (rows, ctx.bottom[2]), "weight_filler"),
            ctx.learnable("hidden weights", (rows, outputs), "weight_filler"),
            ctx.learnable("bias", (rows,), "bias_filler"),
        ]

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        steps, streams = ctx.bottom[:2]
        outputs = ctx.param.num_output
        return steps * streams * 4 * outputs * (ctx.bottom[2] + outputs)
