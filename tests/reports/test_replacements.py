"""Fixes as replacements: made one by one, they produce what `protogen check --fix` writes."""

from __future__ import annotations

import pytest

import protogen
from protogen import layers as L
from protogen.edits import Edit, Fix, delete, insert
from protogen.reports.replacements import Replacement, replacements

POOLED = """\
name: "n"
layer {  # of images
  name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 3 dim: 4 dim: 4 } }
}

layer {
  name: "p" type: "Pooling" bottom: "data" top: "p"
  pooling_param { kernel_size: 1 stride: 2 }  # on purpose
}
"""

POOLING = ("layer", 1, "pooling_param")
FIXES = {
    "set": (Edit((*POOLING, "stride"), "set", 1),),
    "add": (Edit((*POOLING, "round_mode"), "set", "FLOOR"),),
    "delete": (delete((*POOLING, "stride")),),
    "delete a layer": (delete(("layer", 0)),),
    "insert": (insert(("layer", 1), {"name": "r", "type": "ReLU", "bottom": ["data"]}),),
    "several": (
        delete((*POOLING, "kernel_size")),
        Edit((*POOLING, "global_pooling"), "set", True),
        Edit(("layer", 1, "name"), "set", "pool"),
    ),
}


def replaced(text: str, changes: list[Replacement]) -> str:
    """The text after the changes, made from its end so that the places of the others stay."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:index])) for index in range(len(lines) + 1)]
    for location, new in reversed(changes):
        start = starts[location.line - 1] + location.column - 1
        end = starts[location.end_line - 1] + location.end_column - 1
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("edits", FIXES.values(), ids=list(FIXES))
def test_they_give_the_text_of_the_edited_net(edits: tuple[Edit, ...], newline: str) -> None:
    text = POOLED.replace("\n", newline)
    net = protogen.loads(text)
    changes = replacements(net, Fix("several", edits))
    edited = net.copy()
    edited.apply(edits)
    assert replaced(text, changes) == edited.text != text


def test_a_field_that_is_set() -> None:
    [change] = replacements(protogen.loads(POOLED), Fix("", FIXES["set"]))
    location, text = change
    place = (location.line, location.column, location.end_line, location.end_column)
    assert (place, text) == ((9, 42, 9, 43), "1")


def test_an_old_format() -> None:
    old = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4\n'
    old += 'layers { name: "p" type: POOLING bottom: "data" top: "p"\n'
    old += "  pooling_param { kernel_size: 1 stride: 2 } }\n"
    [change] = replacements(protogen.loads(old), Fix("", FIXES["set"]))
    assert replaced(old, [change]) == old.replace("stride: 2", "stride: 1")
    rename = Edit(("layer", 0, "name"), "set", "x")  # the Input layer is not written as one
    assert replacements(protogen.loads(old), Fix("", (rename,))) == []


def test_a_net_without_a_text() -> None:
    with protogen.Net() as net:
        L.Pooling(L.Input(shape=[1, 3, 4, 4]), kernel_size=1, stride=2)
    assert replacements(net, Fix("", FIXES["set"])) == []
