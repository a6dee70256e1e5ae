from __future__ import annotations

from protogen.layers._recurrent import Recurrent
from protogen.schema import register


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
