"""Edits of a message: every path is that of the message before any of the edits."""

from __future__ import annotations

import random
from typing import Any

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.edits import Edit, EditError, delete, insert
from protogen.field_changes import apply


def net(*names: str) -> Any:
    return proto.NetParameter(layer=[{"name": name, "type": "ReLU"} for name in names])


def names(message: Any) -> list[str]:
    return [layer.name for layer in message.layer]


def test_a_field_of_each_kind_is_set() -> None:
    message = proto.NetParameter(layer=[{"name": "c", "type": "Convolution"}])
    at = ("layer", 0, "convolution_param")
    apply(
        message,
        [
            Edit(("name",), "set", "n"),
            Edit((*at, "num_output"), "set", 8),
            Edit((*at, "bias_term"), "set", False),
            Edit((*at, "engine"), "set", "CAFFE"),
            Edit((*at, "kernel_size"), "set", [3, 5]),
            Edit((*at, "weight_filler"), "set", {"type": "xavier", "variance_norm": "FAN_OUT"}),
        ],
    )
    expected = text_format.Parse(
        'name: "n" layer { name: "c" type: "Convolution" convolution_param { num_output: 8'
        " bias_term: false engine: CAFFE kernel_size: 3 kernel_size: 5"
        ' weight_filler { type: "xavier" variance_norm: FAN_OUT } } }',
        proto.NetParameter(),
    )
    assert message == expected


def test_paths_are_those_before_the_edits() -> None:
    message = net("a", "b", "c")
    edits = [
        delete(("layer", 0)),
        insert(("layer", 2), {"name": "x"}),
        Edit(("layer", 2, "name"), "set", "C"),
        insert(("layer", 3), {"name": "end"}),
        insert(("layer", 2), {"name": "y"}),
    ]
    apply(message, edits)
    assert names(message) == ["b", "x", "y", "C", "end"]


@pytest.mark.parametrize(
    ("edit", "match"),
    [
        (Edit(("layr",), "set", 1), r'^layr: NetParameter has no field "layr"$'),
        (
            Edit(("layer", 5, "name"), "set", "x"),
            r'^layer\[5\].name: does not exist: "layer" has 2 elements$',
        ),
        (delete(("layer", 2)), r'^layer\[2\]: does not exist: "layer" has 2 elements$'),
        (insert(("layer", 3), {}), r'^layer\[3\]: does not exist: "layer" has 2 elements$'),
        (insert(("layer",), {}), "^layer: an insert needs the index of an element$"),
        (Edit(("layer", 0, "name", 0), "set", "x"), '"name" is not a repeated field'),
        (Edit(("layer", 0, "name"), "set", 5), r"^layer\[0\].name: expected a string, got 5$"),
        (
            Edit(("layer", 0, "pooling_param", "pad"), "set", 2**32),
            r"^layer\[0\].pooling_param.pad: expected a non-negative integer, got 4294967296$",
        ),
        (Edit(("layer", 0, "name", "x"), "set", 5), '"name" is not a message'),
    ],
)
def test_an_edit_that_cannot_be_made_changes_nothing(edit: Edit, match: str) -> None:
    message = net("a", "b")
    with pytest.raises(EditError, match=match):
        apply(message, [Edit(("layer", 1, "name"), "set", "B"), edit])
    assert message == net("a", "b")


@pytest.mark.parametrize(
    "edits",
    [
        [delete(("layer", 0)), Edit(("layer", 0, "name"), "set", "x")],
        [Edit(("layer", 0, "name"), "set", "x"), Edit(("layer", 0, "name"), "set", "y")],
        [delete(("layer",)), insert(("layer", 1), {})],
        [Edit(("layer", 0), "set", {}), delete(("layer", 0))],
    ],
)
def test_edits_that_touch_the_same_field(edits: list[Edit]) -> None:
    with pytest.raises(EditError, match=r"overlaps another edit|changed twice"):
        apply(net("a", "b"), edits)


def test_a_list_of_random_edits_is_as_if_made_one_by_one_from_the_end() -> None:
    chance = random.Random(7)
    for _ in range(300):
        number = chance.randrange(6)
        start = [chr(97 + i) for i in range(number)]
        expected = list(start)
        edits = []
        for index in range(number, -1, -1):
            if index < number and chance.random() < 0.3:
                edits.append(delete(("layer", index)))
                del expected[index]
            elif index < number and chance.random() < 0.3:
                edits.append(Edit(("layer", index, "name"), "set", "S"))
                expected[index] = "S"
            if chance.random() < 0.3:
                edits.append(insert(("layer", index), {"name": "N"}))
                expected.insert(index, "N")
        chance.shuffle(edits)
        message = net(*start)
        apply(message, edits)
        assert names(message) == expected
