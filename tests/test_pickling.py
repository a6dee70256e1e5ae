"""What protogen returns can be sent to another process, and copied."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import protogen
from protogen import layers as L
from protogen.edits import EditError
from protogen.sources import UnreadableSource

TEXT = """\
# A comment.
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 4, 4] } } }
layer { name: "p" type: "Pooling" bottom: "d" top: "p" pooling_param { kernel_size: 1 stride: 2 } }
layer { name: "x" type: "Custom" bottom: "p" top: "x" bogus: 1 }
"""

COPIES: list[Callable[[Any], Any]] = [
    lambda value: pickle.loads(pickle.dumps(value)),
    copy.deepcopy,
    copy.copy,
]


def composed() -> tuple[protogen.Net, protogen.Blob]:
    with protogen.Net("n") as net:
        data = L.Input(name="data", shape=[1, 3, 8, 8])
        blob = L.Convolution(data, name="conv", num_output=4, kernel_size=3)
    return net, blob


@pytest.mark.parametrize("copied", COPIES)
def test_a_net_that_was_read(copied: Callable[[Any], Any]) -> None:
    net = protogen.loads(TEXT, "net.prototxt")
    other = copied(net)
    assert other.text == TEXT
    assert other.document.filename == "net.prototxt"
    assert protogen.check(other) == protogen.check(net)
    net.message.name = "changed"
    assert other.text == TEXT
    assert copied(net).text == f'{TEXT}name: "changed"\n'


@pytest.mark.parametrize("copied", COPIES)
def test_a_composed_net(copied: Callable[[Any], Any]) -> None:
    net, blob = composed()
    other, same = copied((net, blob)) if copied is not copy.copy else (copied(net), copied(blob))
    assert other.to_prototxt() == net.to_prototxt()
    assert (same.name, same.shape) == ("conv", (1, 4, 6, 6))
    assert other.layer_location(1) == net.layer_location(1) is not None
    with other:
        L.ReLU(same, name="relu")
    assert [layer.name for layer in other.message.layer] == ["data", "conv", "relu"]
    assert len(net.message.layer) == 2


@pytest.mark.parametrize("copied", COPIES)
def test_a_long_net_and_its_analysis(copied: Callable[[Any], Any]) -> None:
    with protogen.Net() as net:
        blob = L.Input(shape=[1, 3, 8, 8])
        for _ in range(2_000):
            blob = L.ReLU(blob)
    analysis = protogen.infer_shapes(net, "TRAIN")
    other = copied(analysis)
    assert other.phase == "TRAIN"
    assert other.blobs == analysis.blobs
    assert copied(net).message == net.message


@pytest.mark.parametrize("copied", COPIES)
def test_an_analysis_with_findings_and_inputs(copied: Callable[[Any], Any]) -> None:
    net = protogen.loads(TEXT.replace("dim: [1, 3, 4, 4]", ""))
    analysis = protogen.infer_shapes(net, inputs={"d": (1, 3, 4, 4)})
    other = copied(analysis)
    assert other.diagnostics == analysis.diagnostics
    assert other.blobs["p"] == (1, 3, 3, 3)


@pytest.mark.parametrize("copied", COPIES)
def test_reports_and_layer_types(copied: Callable[[Any], Any]) -> None:
    report = protogen.check(protogen.loads(TEXT))
    assert copied(report) == report
    assert copied(L.ReLU) is L.ReLU
    fork_type = L.find("FlowWarp")
    assert fork_type is not None
    assert copied(fork_type) is fork_type


@pytest.mark.parametrize("copied", COPIES)
def test_errors(copied: Callable[[Any], Any]) -> None:
    with pytest.raises(protogen.ComposeError, match="unknown keyword") as composing, protogen.Net():
        L.ReLU(L.Input(shape=[1, 2]), foo=1)
    with pytest.raises(protogen.ProtogenError, match="No such file") as reading:
        protogen.load("/nowhere")
    for error in (composing.value, reading.value, EditError(("a", 1), "cannot be made")):
        assert str(copied(error)) == str(error)
        assert vars(copied(error)).keys() == vars(error).keys()
    assert copied(composing.value).net.message == composing.value.net.message
    assert copied(UnreadableSource("no", "give it")).hint == "give it"
