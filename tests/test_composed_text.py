"""The text of a composed net is what protobuf prints for its message."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

import protogen
from protogen import Net, proto
from protogen import layers as L
from protogen.edits import Edit


def _as_printed_by_protobuf(net: Net) -> str:
    # In a net that was made from a message, nothing is known from composing.
    return Net.of(net.to_proto()).to_prototxt()


def _convolution_net(name: str = "", **fields: object) -> Net:
    with Net(name, **fields) as net:
        data = L.Input(shape=[1, 3, 8, 8], name="data")
        conv = L.Convolution(data, num_output=4, kernel_size=3, weight_filler={"type": "xavier"})
        L.ReLU(conv, in_place=True)
        same = L.Convolution(conv, num_output=4, kernel_size=3, weight_filler={"type": "xavier"})
        L.Concat(same, L.ReLU(same), axis=1)
        L.Slice(same, ntop=2)
    return net


def test_a_whole_text_by_hand() -> None:
    with Net("n", force_backward=True) as net:
        data = L.Input(shape=[1, 2], name="data")
        L.Power(L.Power(data, scale=0.1, name="p"), scale=0.1, name="q", in_place=True)
    assert net.to_prototxt() == (
        'name: "n"\nforce_backward: true\n'
        'layer {\n  name: "data"\n  type: "Input"\n  top: "data"\n'
        "  input_param {\n    shape {\n      dim: 1\n      dim: 2\n    }\n  }\n}\n"
        'layer {\n  name: "p"\n  type: "Power"\n  bottom: "data"\n  top: "p"\n'
        "  power_param {\n    scale: 0.1\n  }\n}\n"
        'layer {\n  name: "q"\n  type: "Power"\n  bottom: "p"\n  top: "p"\n'
        "  power_param {\n    scale: 0.1\n  }\n}\n"
    )


@pytest.mark.parametrize(
    "name", ["net", "", 'a "quoted" name', "back\\slash", "two\nlines", "größer", "it's"]
)
def test_names_of_a_net(name: str) -> None:
    net = _convolution_net(name, force_backward=True, state={"stage": [name]})
    assert net.to_prototxt() == _as_printed_by_protobuf(net)


@pytest.mark.parametrize(
    "name",
    ['a "quoted" name', 'x"\n  top: "y', "back\\slash", "two\nlines", "größer", "it's", "\x7f"],
)
def test_names_that_protobuf_escapes(name: str) -> None:
    net = _convolution_net()
    with net:
        L.ReLU(net["data"], name=name)
    text = net.to_prototxt()
    assert text == _as_printed_by_protobuf(net)
    assert text_format.Parse(text, proto.NetParameter()) == net.to_proto()


def test_fields_that_any_layer_may_have() -> None:
    with _convolution_net() as net:
        data = net["data"]
        L.InnerProduct(data, num_output=2, param=[{"lr_mult": 2}, {"lr_mult": 0}])
        L.InnerProduct(data, num_output=2, blobs=[{"data": [0.5, 104.00699]}])
        L.InnerProduct(data, num_output=2)
        L.Reduction(data, loss_weight=0.25)
        L.Layer("Own", data, tops={"own": (1, 2)}, power_param={"scale": 0.1})
        with net.phase("TRAIN"):
            L.Dropout(data)
        L.ReLU(data, propagate_down=False, relu_param={"negative_slope": 0.1})
    assert net.to_prototxt() == _as_printed_by_protobuf(net)
    assert "data: 104.00699" in net.to_prototxt()


def test_layers_with_the_same_parameters_but_of_another_type() -> None:
    with _convolution_net() as net:
        conv = L.Convolution(net["data"], num_output=3, kernel_size=3)
        L.Deconvolution(conv, num_output=3, kernel_size=3)
        L.Dropout(L.Dropout(conv), dropout_ratio=0.5)
    assert net.to_prototxt() == _as_printed_by_protobuf(net)


def test_a_change_of_the_message_is_printed() -> None:
    net = _convolution_net()
    net.message.layer[1].convolution_param.num_output = 5
    assert "num_output: 5" in net.to_prototxt()
    net = _convolution_net()
    net.apply([Edit(("layer", 1, "name"), "set", "renamed")])
    assert 'name: "renamed"' in net.to_prototxt()
    with net:
        L.ReLU(net["data"], name="later")
    assert net.to_prototxt() == _as_printed_by_protobuf(net)


def test_a_rejected_layer_is_not_printed() -> None:
    net = _convolution_net()
    with net, pytest.raises(protogen.ComposeError, match="expected 1 bottom, got 0"):
        L.ReLU()
    assert net.to_prototxt() == _as_printed_by_protobuf(net)
