"""The names that are taken, and in which phases a layer may run."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.compose.names import ALL_PHASES, TRAIN_ONLY, Names, phases_of
from protogen.schema import Fault

NOWHERE: frozenset[int] = frozenset()
TEST_ONLY = ALL_PHASES & ~TRAIN_ONLY


def test_unnamed_layers_are_numbered_by_type_and_scope() -> None:
    names = Names()
    assert names.unnamed("ReLU") == "relu1"
    # The name is not taken until the layer is.
    assert names.unnamed("ReLU") == "relu1"
    names.take("relu1", [], ["relu1"], NOWHERE, ALL_PHASES)
    assert names.unnamed("ReLU") == "relu2"
    assert names.unnamed("Pooling") == "pooling1"
    names.prefix = "res2a/"
    assert names.unnamed("ReLU") == "res2a/relu1"


def test_numbers_skip_the_names_of_blobs() -> None:
    names = Names()
    names.take("a", [], ["relu1", "relu2"], NOWHERE, ALL_PHASES)
    assert names.unnamed("ReLU") == "relu3"


def test_a_name_is_taken_once_in_each_phase() -> None:
    names = Names()
    names.take("data", [], ["data"], NOWHERE, TRAIN_ONLY)
    names.take("data", [], ["data"], NOWHERE, TEST_ONLY)
    with pytest.raises(Fault, match='a layer named "data" already exists'):
        names.take("data", [], ["x"], NOWHERE, TRAIN_ONLY)
    with pytest.raises(Fault, match='produces blob "data", which an earlier layer produces too'):
        names.take("other", [], ["data"], NOWHERE, TEST_ONLY)


def test_only_the_last_reader_of_a_blob_may_overwrite_it() -> None:
    names = Names()
    names.take("a", [], ["a"], NOWHERE, ALL_PHASES)
    names.take("relu", ["a"], ["a"], frozenset({0}), ALL_PHASES)
    # After a write in place nobody has read the new value yet.
    names.take("relu2", ["a"], ["a"], frozenset({0}), ALL_PHASES)
    names.take("b", ["a"], ["b"], NOWHERE, TRAIN_ONLY)
    names.take("relu3", ["a"], ["a"], frozenset({0}), TEST_ONLY)
    with pytest.raises(Fault, match='overwrites "a" in place, but another layer reads it too'):
        names.take("relu4", ["a"], ["a"], frozenset({0}), TRAIN_ONLY)


@pytest.mark.parametrize(
    ("rules", "phases"),
    [
        ("", ALL_PHASES),
        ("include { phase: TRAIN }", TRAIN_ONLY),
        ("include { phase: TRAIN } include { phase: TEST }", ALL_PHASES),
        ("exclude { phase: TRAIN }", TEST_ONLY),
        ("exclude { phase: TRAIN } exclude { phase: TEST }", 0),
        # Whether it runs depends on the stage, so its names cannot be compared here.
        ('include { phase: TRAIN stage: "s" }', 0),
        ("exclude { min_level: 1 }", 0),
    ],
)
def test_the_phases_of_a_layer(rules: str, phases: int) -> None:
    layer = text_format.Parse(rules, proto.LayerParameter())
    assert phases_of(layer) == phases
