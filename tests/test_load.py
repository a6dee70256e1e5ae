"""Nets that were read: their message follows the text, and what they cannot do is told."""

from __future__ import annotations

import pytest

from protogen import ComposeError, infer_shapes, loads
from protogen import layers as L

DATA = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 8, 8] } } }'
NET = (
    DATA
    + """
layer {  # halves
  name: "p" type: "Pooling" bottom: "d" top: "p" pooling_param { kernel_size: 2 stride: 2 }
}
"""
)
V1 = """
input: "d" input_dim: [1, 3, 8, 8]
layers { name: "p" type: POOLING bottom: "d" top: "p" pooling_param { kernel_size: 2 stride: 2 } }
"""


@pytest.mark.parametrize(("text", "kind"), [(NET, ("layer", 1)), (V1, ("layers", 0))])
def test_an_edit_of_the_text_is_an_edit_of_the_net(text: str, kind: tuple[str, int]) -> None:
    net = loads(text)
    message = net.message
    assert infer_shapes(net).blobs["p"] == (1, 3, 4, 4)
    net.document.set((*kind, "pooling_param", "stride"), 1)
    assert infer_shapes(net).blobs["p"] == (1, 3, 7, 7)
    assert net.message is message
    assert net.text == net.to_prototxt() == text.replace("stride: 2", "stride: 1")


def test_annotate_writes_the_shapes_of_a_net_that_was_read() -> None:
    told = [line for line in loads(NET).to_prototxt(annotate=True).split("\n") if "#" in line]
    assert told == ['  top: "d"  # 1x3x8x8', '  top: "p"  # 1x3x4x4']


def test_layers_composed_into_a_net_that_was_read_would_be_lost() -> None:
    with pytest.raises(ComposeError, match=r"takes no further layers(?s:.*)Net.of\("), loads(NET):
        L.Input(shape=[1])
