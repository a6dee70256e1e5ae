from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._recurrent import Recurrent
from protogen.schema import Context, Learnable, register


@register
class RNN(Recurrent):
    """A plain recurrent layer: tanh of the input and the last hidden state, then tanh of that.

    Bottoms: the sequences (timesteps, streams, features); 0 where a new one begins and else 1
    (timesteps, streams); perhaps a static input (streams, features). The top is (timesteps,
    streams, ``num_output``). With ``expose_hidden`` the hidden state before the first timestep is
    a further bottom, and that after the last one a further top.
    """

    states, gates = 1, 1
    source = "src/caffe/layers/rnn_layer.cpp"

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p = ctx.param
        return [
            *super().blob_shapes(ctx),
            ctx.filled("output weights", (p.num_output, p.num_output), p.weight_filler),
            ctx.filled("output bias", (p.num_output,), p.bias_filler),
        ]
