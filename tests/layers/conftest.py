"""Helpers for the tests of layers.

Each layer type has a test file with the name of its module. Its expected values come from a real
Caffe (`check_rows`), from a paper, or from arithmetic that is written out beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, layers, proto
from protogen.schema import Facts, Fault
from protogen.shapes import Shape
from tests.conftest import rows


def infer(text: str, *bottoms: Shape, tops: int = 1, in_place: Iterable[int] = ()) -> Facts:
    """What is known about the layer; raises `Fault` if Caffe would abort."""
    layer = text_format.Merge(text, proto.LayerParameter())  # a message may occur twice
    schema = layers.find(layer.type)
    assert schema is not None, layer.type
    return schema.infer(layer, bottoms, tops, in_place=frozenset(in_place))


def learned(facts: Facts) -> dict[str, Shape]:
    """The learnable blobs by name."""
    return {blob.name: blob.shape for blob in facts.blobs}


def check_fault(
    why: str,
    field: str,
    text: str,
    *bottoms: Shape,
    tops: int = 1,
    in_place: Iterable[int] = (),
) -> None:
    """Check that the layer is rejected with a message that contains ``why``, for this field."""
    with pytest.raises(Fault, match=re.escape(why)) as caught:
        infer(text, *bottoms, tops=tops, in_place=in_place)
    assert caught.value.field == field


def check_elementwise(layer_type: str, in_place: bool = True) -> None:
    """Check that a layer keeps the shape of its only bottom, and learns nothing."""
    text = f'type: "{layer_type}"'
    for shape in ((), (5,), (2, 3, 4, 5, 6), (None, 3)):
        facts = Facts((shape,), blobs=(), macs=0)
        assert infer(text, shape) == facts
        if in_place:
            assert infer(text, shape, in_place=[0]) == facts
    check_fault("expected 1 bottom, got 2", "bottom[1]", text, (1, 2), (1, 2))
    check_fault("expected 1 top, got 2", "top[1]", text, (1, 2), tops=2)


# What a real Caffe answered --------------------------------------------------------------------


@cache
def rows_by_type() -> dict[str, list[dict[str, Any]]]:
    """The answers of a real Caffe in ``layers.jsonl.gz``, by layer type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows("layers.jsonl.gz"):
        _, layer_type, _ = row["id"].split("/")
        found.setdefault(layer_type, []).append(row)
    return found


def answer(row: dict[str, Any]) -> dict[str, Any]:
    """Our answer to the question of a row, in the words of the row."""
    try:
        net = text_format.Parse(row["prototxt"], proto.NetParameter())
    except text_format.ParseError:
        return {"accepts": False}
    result = infer_shapes(net, phase=row["phase"])
    if not result.ok:
        return {"accepts": False}
    return {
        "accepts": True,
        "blobs": {name: list(shape or ()) for name, shape in result.blobs.items()},
        "params": {name: [list(s or ()) for s in shapes] for name, shapes in result.params.items()},
    }


def check_rows(layer_type: str) -> None:
    """Check that we answer as a real Caffe did, in every row about this type."""
    wrong = {}
    for row in rows_by_type()[layer_type]:
        expected = {key: row[key] for key in ("accepts", "blobs", "params") if key in row}
        got = answer(row)
        if got != expected:
            wrong[row["id"]] = (expected, got, row.get("error"))
    assert wrong == {}
