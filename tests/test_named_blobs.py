"""Which phase has the blobs that a user names, and what is said of a name that no layer has."""

from __future__ import annotations

import pytest

import protogen
from protogen import layers as L
from protogen.diagnostics import ProtogenError
from protogen.graph import State
from protogen.named_blobs import analysis_with, blob_name, find_value

TEXT = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "early" type: "ReLU" bottom: "data" top: "x" include { phase: TRAIN } }
layer { name: "late" type: "ReLU" bottom: "data" top: "x" include { phase: TEST } }
layer { name: "drop" type: "Dropout" bottom: "x" top: "y" include { phase: TRAIN } }
layer { name: "in_place" type: "ReLU" bottom: "x" top: "x" }
"""


def test_the_first_phase_that_has_all_blobs() -> None:
    net = protogen.loads(TEXT)
    test, train = (net.analysis(State(phase)) for phase in ("TEST", "TRAIN"))
    assert analysis_with(["x"], [test, train]) is test
    assert analysis_with(["x", "y"], [test, train]) is train
    assert analysis_with(["y", "z"], [test, train]) is test


def test_a_name_stands_for_the_blob_in_the_end() -> None:
    analysis = protogen.loads(TEXT).analysis()
    assert find_value(analysis, "x").step.name == "in_place"


def test_an_unknown_name() -> None:
    text = TEXT.replace('"y"', '"pooled"')
    analysis = protogen.loads(text).analysis(State("TRAIN"))
    message = '(?s)no layer produces a blob "poold".*did you mean "pooled"'
    with pytest.raises(ProtogenError, match=message):
        find_value(analysis, "poold")


def test_the_name_of_a_blob_or_the_name_itself() -> None:
    with protogen.Net("net"):
        data = L.Input(name="data", shape=(1, 3))
    assert blob_name(data) == blob_name("data") == "data"
