"""NetSpec where it is more than pycaffe's: its limits, its warnings, its errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from protogen import ComposeError, proto
from protogen.diagnostics import Diagnostic
from protogen.netspec import NetSpec, to_proto
from protogen.netspec import layers as L
from protogen.netspec import params as P
from protogen.netspec.record import record


def image() -> Any:
    return L.Input(shape={"dim": [1, 3, 8, 8]})


def small_net() -> NetSpec:
    n = NetSpec()
    n.data = image()
    n.conv1 = L.Convolution(n.data, num_output=8, kernel_size=3)
    return n


def first(top: Any) -> Any:
    """The only layer of a net."""
    (layer,) = to_proto(top).layer
    return layer


# Limits of NetSpec that are gone ---------------------------------------------------------------


def test_a_net_may_be_deeper_than_the_recursion_limit() -> None:
    top = image()
    for _ in range(3000):
        top = L.ReLU(L.Convolution(top, num_output=3, kernel_size=1), in_place=True)
    assert len(to_proto(top).layer) == 6001


@pytest.mark.parametrize(
    ("layer_type", "keyword", "value", "home"),
    [
        ("Deconvolution", "kernel_size", 4, "convolution_param"),
        ("Im2col", "kernel_size", 3, "convolution_param"),
        ("LSTM", "num_output", 16, "recurrent_param"),
        ("RNN", "num_output", 16, "recurrent_param"),
        ("SoftmaxWithLoss", "ignore_label", 255, "loss_param"),
        ("SigmoidCrossEntropyLoss", "ignore_label", 255, "loss_param"),
    ],
)
def test_flat_fields_of_types_without_a_message_of_their_own(
    layer_type: str, keyword: str, value: int, home: str
) -> None:
    param = getattr(first(getattr(L, layer_type)(**{keyword: value})), home)
    found = getattr(param, keyword)
    assert (list(found) if hasattr(found, "extend") else [found]) == [value]


@pytest.mark.parametrize("sizes", [(3, 5), range(3, 6, 2), np.array([3, 5]), [3, np.int64(5)]])
def test_sizes_may_be_a_tuple_a_range_or_an_array(sizes: Any) -> None:
    assert list(first(L.Convolution(kernel_size=sizes)).convolution_param.kernel_size) == [3, 5]


def test_an_empty_list_gives_no_element() -> None:
    layer = first(L.Convolution(param=[], kernel_size=[]))
    assert not layer.param
    assert not layer.convolution_param.kernel_size


def test_an_enum_value_may_be_given_by_name() -> None:
    assert first(L.Pooling(pool="AVE")).pooling_param.pool == P.Pooling.AVE


def test_a_message_may_be_given_as_such() -> None:
    shape = proto.BlobShape(dim=[0, -1])
    assert list(first(L.Reshape(shape=shape)).reshape_param.shape.dim) == [0, -1]
    filler = proto.FillerParameter(type="msra")
    both = L.Convolution(
        convolution_param=proto.ConvolutionParameter(pad=[1]), weight_filler=filler
    )
    param = first(both).convolution_param
    assert (list(param.pad), param.weight_filler.type) == ([1], "msra")


def test_true_counts_as_one() -> None:
    """protobuf 3 accepts it, protobuf 7 does not."""
    param = first(L.Convolution(pad=True, convolution_param={"group": True})).convolution_param
    assert (list(param.pad), param.group) == ([1], 1)


def test_a_net_is_like_a_dict() -> None:
    n = small_net()
    assert "conv1" in n
    assert not hasattr(n, "conv2")
    assert getattr(n, "conv2", None) is None
    assert (len(n), list(n), bool(NetSpec())) == (2, ["data", "conv1"], True)
    del n.conv1
    del n["data"]
    assert len(n) == 0
    with pytest.raises(KeyError, match='nothing is assigned to "data"'):
        del n["data"]


def test_the_methods_of_forks() -> None:
    n = small_net()
    n.update("conv1", {"dilation": 2})
    assert (n.keys(), n.vals()) == (["data", "conv1"], [n.data, n.conv1])
    assert list(n.to_proto().layer[1].convolution_param.dilation) == [2]
    # In BVLC's NetSpec they are names like any other.
    n.keys = L.ReLU(n.conv1)
    assert n.keys.fn.type_name == "ReLU"


def test_the_dict_of_tops_is_the_real_one() -> None:
    n = small_net()
    n.__dict__["tops"]["relu1"] = L.ReLU(n.tops["conv1"])
    assert [layer.name for layer in n.to_proto().layer] == ["data", "conv1", "relu1"]


def test_parameters_are_read_when_the_message_is_made() -> None:
    filler = {"type": "xavier"}
    n = small_net()
    n.conv2 = L.Convolution(n.conv1, num_output=4, kernel_size=3, weight_filler=filler)
    filler["type"] = "msra"
    n.conv2.fn.params["num_output"] = 16
    param = n.to_proto().layer[2].convolution_param
    assert (param.num_output, param.weight_filler.type) == (16, "msra")


# What is lost is reported ----------------------------------------------------------------------


def lines(reported: list[Diagnostic]) -> list[tuple[str, int]]:
    """The rules and the lines, counted from the line of the first finding."""
    start = reported[0].location.line if reported and reported[0].location else 0
    return [(each.name, each.location.line - start) for each in reported if each.location]


def test_a_dropped_layer_is_reported_with_what_is_wrong_with_it(
    reported: list[Diagnostic],
) -> None:
    n = small_net()
    L.Pooling(n.conv1, kernal_size=2)
    L.ReLU(n.conv1, in_place=True)
    n.to_proto()
    assert reported == []  # until the script ends, they may still become part of a net
    record.warn(record.dropped())
    assert lines(reported) == [("layer-parameter", 0), ("dropped-layer", 0), ("dropped-layer", 1)]
    assert "did you mean" in reported[0].hint
    assert {each.severity.value for each in reported} == {"warning"}


def test_lost_names(reported: list[Diagnostic]) -> None:
    n = small_net()
    n.features = n.conv1
    n.features = L.ReLU(n.features, in_place=True)
    n.to_proto()
    assert [each.message for each in reported] == [
        '"features" is assigned again: the blob that had the name is "conv1"',
    ]


def test_an_alias_is_lost(reported: list[Diagnostic]) -> None:
    n = small_net()
    n.features = n.conv1
    n.to_proto()
    assert [each.fact for each in reported] == [
        'a layer without a name (Convolution): no blob is named "conv1":'
        ' the one that is assigned to it is "features"'
    ]


def test_the_names_of_a_netspec_are_lost_in_the_message_of_its_tops(
    reported: list[Diagnostic],
) -> None:
    n = small_net()
    assert [layer.name for layer in to_proto(n.conv1).layer] == ["Input1", "Convolution1"]
    assert [each.name for each in reported] == ["lost-name", "lost-name"]


def test_a_number_that_meets_an_explicit_name(reported: list[Diagnostic]) -> None:
    n = small_net()
    n.ReLU1 = L.ReLU(n.conv1)
    n.sum = L.Eltwise(n.ReLU1, L.ReLU(n.conv1))
    assert [layer.name for layer in n.to_proto().layer][2:] == ["ReLU1", "ReLU1", "sum"]
    assert [each.message for each in reported] == [
        'an earlier layer is also named "ReLU1"',
        'blob "ReLU1" is also produced by an earlier layer',
    ]


def test_other_warnings(reported: list[Diagnostic]) -> None:
    n = small_net()
    n.a, n.b = L.Split(n.conv1, ntop=2, in_place=True)
    n.odd = L.Relu(n.conv1)
    n.clip = L.Clip(n.conv1, max=6)
    n.to_proto()
    found = {each.name: each for each in reported}
    assert found["ignored-ntop"].message == "ntop=2 has no effect, because the layer is in place"
    assert found["unknown-type"].hint == 'did you mean "ReLU"?'
    assert found["required-field"].message == "required clip_param.min is not set"


def test_the_value_of_a_fork_is_named(reported: list[Diagnostic]) -> None:
    to_proto(L.Data(backend=2, include={"phase": 2}))
    assert reported[0].message == "backend is DATUMFILE, which only wl-fcn has"
    assert [each.name for each in reported] == ["fork-value", "fork-value"]


def test_strict_makes_warnings_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "strict", True)
    n = small_net()
    n.features = n.conv1
    with pytest.raises(ComposeError, match=r'error\[N102\] .* no blob is named "conv1"'):
        n.to_proto()


def test_keep_all_keeps_dropped_layers_where_they_were_called(
    monkeypatch: pytest.MonkeyPatch, reported: list[Diagnostic]
) -> None:
    monkeypatch.setattr(record, "keep_all", True)
    n = small_net()
    L.ReLU(n.conv1, in_place=True)
    n.conv2 = L.Convolution(n.conv1, num_output=4, kernel_size=3)
    L.Silence(n.conv2, ntop=0)
    message = n.to_proto()
    assert [layer.name for layer in message.layer] == [
        "data",
        "conv1",
        "ReLU1",
        "conv2",
        "Silence1",
    ]
    assert list(message.layer[2].top) == ["conv1"]
    assert list(record.dropped()) == []


# Mistakes --------------------------------------------------------------------------------------


def test_all_mistakes_are_reported_at_the_calls_of_the_layers() -> None:
    n = small_net()
    n.a = L.Convolution(n.data, kernal_size=3)
    n.b = L.Convolution(n.data, num_output="8")
    with pytest.raises(ComposeError, match="kernal_size") as caught:
        n.to_proto()
    one, other = caught.value.diagnostics
    assert one.hint == 'did you mean "kernel_size"?'
    assert other.message == "num_output must be an integer, got '8'"
    assert one.location
    assert other.location
    assert other.location.line == one.location.line + 1


def test_the_text_for_a_bottom_that_is_no_top_is_that_of_pycaffe() -> None:
    """BVLC's test_net_spec.py looks for it."""
    data = L.DummyData(ntop=2)
    text = r"^Silence input 0 is not a Top \(type is <class 'tuple'>\)$"
    with pytest.raises(TypeError, match=text) as caught:
        L.Silence(data, ntop=0)
    assert isinstance(caught.value, ComposeError)
    assert caught.value.diagnostics[0].hint == "unpack the tops: L.Silence(*tops)"


@pytest.mark.parametrize("value", [5, None, "conv", ({},)])
def test_what_is_no_top_is_reported_where_it_is_assigned(value: object) -> None:
    n = small_net()
    n.odd = value
    with pytest.raises(ComposeError, match='expected the top of a layer for "odd", got') as caught:
        n.to_proto()
    place = caught.value.diagnostics[0].location
    assert place
    assert place.file == __file__


def test_values_of_enums() -> None:
    assert (P.Pooling.AVE, P.Eltwise.PROD) == (1, 0)
    with pytest.raises(AttributeError, match='EltwiseParameter has no value "ADD"'):
        _ = P.Eltwise.ADD
    with pytest.raises(ComposeError, match='caffe has no message "PoolParameter"'):
        _ = P.Pool.MAX
