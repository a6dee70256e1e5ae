"""The upgrade keeps shapes, comments and layers, and the net that it is given."""

from __future__ import annotations

import pytest

import protogen
from protogen import Net, ProtogenError, infer_shapes, loads
from protogen.transforms import Upgrade

TEXT = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }
layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
"""

V1 = """\
input: "data" input_dim: [1, 3, 9, 9]
# halves
layers { name: "p" type: POOLING bottom: "data" top: "p"
  pooling_param { kernel_size: 2 stride: 2 } }
layers { name: "ip" type: INNER_PRODUCT bottom: "p" top: "ip"
  blobs_lr: 1 blobs_lr: 2 inner_product_param { num_output: 4 } }
"""


def test_the_upgrade_keeps_shapes_comments_and_layers() -> None:
    net = loads(V1)
    result = Upgrade()(net)
    assert net.text == V1
    assert [layer.type for layer in result.net.message.layer] == [
        "Input",
        "Pooling",
        "InnerProduct",
    ]
    assert [spec.lr_mult for spec in result.net.message.layer[2].param] == [1, 2]
    assert result.origins == (0, 1, 2)
    assert infer_shapes(result.net).blobs == infer_shapes(net).blobs
    assert "# halves" in result.net.text
    assert result.net.text == protogen.upgrade(V1).text
    assert {each.code for each in result.diagnostics} == {"T202", "T204"}


def test_the_upgrade_of_a_current_net_changes_nothing() -> None:
    net = loads(TEXT)
    result = Upgrade()(net)
    assert (result.modified, result.net) == (False, net)


def test_the_upgrade_rejects_a_text_with_errors() -> None:
    with pytest.raises(ProtogenError, match="T102"):
        Upgrade()(loads(V1 + "layers {"))


def test_the_upgrade_of_a_message() -> None:
    result = Upgrade()(Net.of(loads(V1).to_proto()))
    assert [layer.type for layer in result.net.message.layer] == [
        "Input",
        "Pooling",
        "InnerProduct",
    ]


def test_errors_that_the_text_has_hidden() -> None:
    # Caffe rejects the mixture before it looks for bottoms, which the upgraded net lacks.
    mixed = 'layers { name: "r" type: RELU bottom: "data" top: "r" }\n' + TEXT.split("\n")[0]
    result = Upgrade()(loads(mixed))
    assert [each.name for each in loads(mixed).analysis().diagnostics] == ["legacy-mixed"]
    assert [each.name for each in result.net.analysis().diagnostics] == ["unknown-bottom"]
