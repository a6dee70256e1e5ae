"""The Net: what it keeps, when it looks again, and how edits reach message, text and places."""

from __future__ import annotations

import copy

import pytest

import protogen
from protogen import Net, ProtogenError, check, infer_shapes, loads
from protogen import layers as L
from protogen.edits import Edit, delete, insert
from protogen.graph import State

DATA = (
    'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }'
)
TEXT = """\
# halves twice
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }
layer { name: "p" type: "Pooling" bottom: "data" top: "p"  # up
  pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "r" type: "ReLU" bottom: "p" top: "p" }
"""
V1 = """\
input: "data" input_dim: [1, 3, 9, 9]
layers { name: "p" type: POOLING bottom: "data" top: "p"  # up
  pooling_param { kernel_size: 2 stride: 2 } }
"""


def composed() -> Net:
    with Net() as net:
        x = L.Input(shape=[1, 3, 9, 9], name="data")
        x = L.Pooling(x, kernel_size=2, stride=2, name="p")
        L.ReLU(x, in_place=True, name="r")
    return net


def test_an_analysis_is_kept_until_the_net_changes() -> None:
    for net in (loads(TEXT), composed()):
        first = net.analysis()
        assert net.analysis() is first
        assert net.analysis(State("TRAIN")) is not first
        assert net.analysis(inputs={"data": (1, 3, 5, 5)}) is not first
        param = net.message.layer[1].pooling_param
        assert net.analysis().blobs == first.blobs
        param.stride = 3
        assert net.analysis().blobs["p"] == (1, 3, 4, 4)  # ceil((9 - 2) / 3) + 1
        assert first.blobs["p"] == (1, 3, 5, 5)


def test_reading_the_message_changes_nothing() -> None:
    net = composed()
    first = infer_shapes(net)
    text = net.text
    assert net.message is net.message
    assert infer_shapes(net).blobs == first.blobs
    assert net.text == text


@pytest.mark.parametrize("net", [loads(TEXT), composed()], ids=["read", "composed"])
def test_edits_are_those_of_both_message_and_text(net: Net) -> None:
    net = net.copy()
    net.apply(
        [
            Edit(("layer", 1, "pooling_param", "round_mode"), "set", "FLOOR"),
            delete(("layer", 2)),
            insert(("layer", 3), {"name": "t", "type": "TanH", "bottom": ["p"], "top": ["t"]}),
        ]
    )
    assert infer_shapes(net).blobs == {"data": (1, 3, 9, 9), "p": (1, 3, 4, 4), "t": (1, 3, 4, 4)}
    assert [layer.name for layer in net.message.layer] == ["data", "p", "t"]
    assert loads(net.text).message == net.message
    assert net.text.count("# up") == (net.document is not None)


def test_edits_of_an_old_format_go_to_the_fields_as_they_are_written() -> None:
    net = loads(V1)
    net.apply([Edit(("layer", 1, "pooling_param", "stride"), "set", 3)])
    assert net.text == V1.replace("stride: 2", "stride: 3")
    with pytest.raises(ProtogenError, match=r"T121.*not written as a layer"):
        net.apply([Edit(("layer", 0, "name"), "set", "x")])
    with pytest.raises(ProtogenError, match=r"T121.*cannot insert a layer"):
        net.apply([insert(("layer", 1), {"name": "x"})])
    assert net.text == V1.replace("stride: 2", "stride: 3")


def test_an_edit_that_cannot_be_made_changes_nothing() -> None:
    for net in (loads(TEXT), composed()):
        before = net.text
        with pytest.raises(ProtogenError, match="T121"):
            net.apply([Edit(("layer", 0, "name"), "set", "x"), delete(("layer", 7))])
        assert net.text == before
        assert infer_shapes(net).ok


def test_the_places_of_composed_layers_move_with_them() -> None:
    net = composed()
    places = [net.layer_location(index) for index in range(3)]
    net.apply([insert(("layer", 1), {"name": "new", "type": "Silence", "bottom": ["data"]})])
    assert [net.layer_location(i) for i in range(4)] == [places[0], None, places[1], places[2]]
    net.apply([delete(("layer", 0))])
    assert [net.layer_location(i) for i in range(3)] == [None, places[1], places[2]]


def test_a_copy_is_independent() -> None:
    for net in (loads(TEXT), composed()):
        other = net.copy()
        other.apply([Edit(("layer", 1, "name"), "set", "pool")])
        assert net.message.layer[1].name == "p"
        assert '"pool"' not in net.text
        assert '"pool"' in other.text


def test_annotate_knows_the_shapes_that_inference_knows() -> None:
    lines = [line for line in loads(V1).to_prototxt(annotate=True).split("\n") if "#" in line]
    assert lines == ['  top: "p"  # 1x3x5x5', 'input: "data"  # 1x3x9x9']


def test_one_verdict_for_a_field_that_no_schema_knows() -> None:
    net = loads(TEXT.replace("stride: 2", "stride: 2 no_such_field: 1"))
    assert not infer_shapes(net).ok
    assert not check(net).ok
    assert infer_shapes(net).blobs["p"] is None


def test_nothing_follows_from_ignoring_a_field() -> None:
    # Two layers on one line; the field is in the second. Its size would differ from "data", and the
    # Eltwise that reads both would be rejected.
    pools = """
        layer { name: "a" type: "ReLU" bottom: "data" top: "a" } layer { name: "b" type: "Pooling"
        bottom: "data" top: "b" pooling_param { kernel_size: 2 stride: 2 shrink: 1 } }
        layer { name: "sum" type: "Eltwise" bottom: "b" bottom: "data" top: "sum" }
        """
    net = loads(f"{DATA}\n{pools}")
    result = infer_shapes(net)
    assert [(each.code, each.layer) for each in result.diagnostics] == [("T110", "b")]
    assert net.damaged_layers == {2}
    assert (result.blobs["a"], result.blobs["b"], result.blobs["sum"]) == (
        (1, 3, 9, 9),
        None,
        (1, 3, 9, 9),
    )
    moved = result.edited([insert(("layer", 0), {"name": "s", "type": "DummyData", "top": ["s"]})])
    assert moved.blobs["b"] is None


def test_errors_that_are_not_listed_damage_all_later_layers() -> None:
    lost = " ".join(f"lost{i}: 1" for i in range(2000))
    net = loads(
        f"""{DATA}
        layer {{ name: "a" type: "ReLU" bottom: "data" top: "a" {lost} }}
        layer {{ name: "b" type: "ReLU" bottom: "data" top: "b" }}
        """
    )
    assert net.damaged_layers == {1, 2}


def test_layers_of_damaged_text_are_not_reported_twice() -> None:
    net = loads(TEXT.replace("kernel_size: 2", 'kernel_size: "two"'))
    assert [each.code for each in infer_shapes(net).diagnostics] == ["T107"]


def test_an_empty_net() -> None:
    assert infer_shapes(Net()).ok
    assert repr(Net("n")) == "<net 'n', 0 layers>"
    assert copy.copy(protogen.Net("n").to_proto()).name == "n"


UPGRADED = """
name: "n"
input: "data"
input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
  param { lr_mult: 0 } param { lr_mult: 0 } param { lr_mult: 0 } }
layer { name: "r" type: "ReLU" bottom: "bn" top: "r" }
"""


@pytest.mark.parametrize(
    ("index", "names"),
    [
        (0, ["input", "new", "bn", "r"]),  # the input fields are before every layer
        (1, ["input", "new", "bn", "r"]),
        (2, ["input", "bn", "new", "r"]),
        (3, ["input", "bn", "r", "new"]),
    ],
)
def test_a_layer_is_inserted_into_a_net_that_caffe_upgrades(index: int, names: list[str]) -> None:
    net = loads(UPGRADED)
    net.apply([insert(("layer", index), {"name": "new", "type": "TanH"})])
    assert [layer.name for layer in net.current.message.layer] == names
    assert net.text.count("layer {") == 3


def test_no_layer_is_inserted_into_a_net_of_v1() -> None:
    net = loads('layers { name: "r" type: RELU }')
    with pytest.raises(ProtogenError, match="cannot insert a layer into a net of an old format"):
        net.apply([insert(("layer", 0), {"name": "new", "type": "TanH"})])
