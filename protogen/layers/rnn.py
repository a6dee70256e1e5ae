from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._recurrent import Recurrent
from protogen.schema import Context, Learnable, register


@register
class RNN(Recurrent):
    """A plain recurrent layer: tanh of the input and the last hidden state, then tanh of that.

    Bottoms: the sequences (timesteps, streams, features); markers (timesteps, streams), 0 where a
    new sequence starts and 1 elsewhere; optionally a static input (streams, features). The top is
    (timesteps, streams, ``num_output``). With ``expose_hidden`` the hidden state before the first
    timestep is an additional bottom, and that after the last one an additional top.
    """

    states, gates = 1, 1
    source = "src/caffe/layers/rnn_layer.cpp"

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        outputs = ctx.param.num_output
        return [
            # An LSTM has no matrix from the hidden state to the output; an RNN does.
            *super().blob_shapes(ctx),
            ctx.learnable("output weights", (outputs, outputs), "weight_filler"),
            ctx.learnable("output bias", (outputs,), "bias_filler"),
        ]
