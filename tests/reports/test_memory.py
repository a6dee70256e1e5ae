"""The memory of blobs, against what a real Caffe logged and allocated."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

import protogen
from protogen.reports.memory import MemoryUse, measure_memory
from tests.conftest import rows

Numbers = tuple[int, int, int]


def measured(text: str, phase: str = "TEST") -> MemoryUse:
    return measure_memory(protogen.infer_shapes(protogen.loads(text), phase))


def numbers(use: MemoryUse) -> Numbers:
    assert use.logged.exact
    return int(use.logged), int(use.allocated), int(use.peak)


def recorded(row: dict[str, Any]) -> Numbers:
    return int(row["bytes"]), int(row["allocated"]), int(row["peak"])


@pytest.mark.parametrize("row", rows("memory.jsonl.gz"), ids=lambda row: row["id"])
def test_generated_nets_take_what_a_real_caffe_took(row: dict[str, Any]) -> None:
    assert numbers(measured(row["prototxt"], row["phase"])) == recorded(row)


def lines(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as found:
        return [json.loads(line) for line in found]


@pytest.mark.skipif(
    not os.environ.get("PROTOGEN_CONFORMANCE"),
    reason="takes long: set PROTOGEN_CONFORMANCE to measure every recorded net",
)
def test_all_recorded_nets(conformance: Path) -> None:
    inputs = {(r["file"], r["phase"]): r["inputs"] for r in lines(conformance / "nets.jsonl.gz")}
    different = []
    everything = lines(conformance / "memory.jsonl.gz")
    for row in everything:
        if "file" in row:
            net = protogen.load(conformance / "nets" / row["file"])
            analysis = protogen.infer_shapes(
                net, row["phase"], inputs=inputs[row["file"], row["phase"]]
            )
            found = numbers(measure_memory(analysis))
        else:
            found = numbers(measured(row["prototxt"], row["phase"]))
        if found != recorded(row):
            different.append((row.get("file", row.get("id")), found, recorded(row)))
    assert different == []
    assert len(everything) == 499


DATA = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 8 } } }\n'


def test_a_chain_needs_two_blobs_at_a_time() -> None:
    # Four blobs of 2 x 8 floats: 64 bytes each. Any layer has one bottom and one top.
    chain = 'layer { name: "%s" type: "Sigmoid" bottom: "%s" top: "%s" }\n'
    text = DATA + chain % ("a", "x", "a") + chain % ("b", "a", "b") + chain % ("c", "b", "c")
    assert numbers(measured(text)) == (256, 256, 128)


def test_the_log_counts_in_place_tops_and_splits() -> None:
    # x, the in-place top, and the two tops of the Split that Caffe inserts for a and b.
    text = DATA + (
        'layer { name: "r" type: "ReLU" bottom: "x" top: "x" }\n'
        'layer { name: "a" type: "Silence" bottom: "x" }\n'
        'layer { name: "b" type: "Silence" bottom: "x" }\n'
    )
    assert numbers(measured(text)) == (256, 64, 64)


def test_an_unknown_blob_leaves_a_lower_bound() -> None:
    text = DATA + 'layer { name: "m" type: "Mystery" bottom: "x" top: "m" }\n'
    found = measured(text)
    assert (found.logged.exact, found.allocated.exact, found.peak.exact) == (False,) * 3
    assert str(found.logged) == "at least 64"


def test_a_net_without_layers_takes_nothing() -> None:
    assert numbers(measured('name: "empty"')) == (0, 0, 0)


TRAINED = (
    DATA
    + """
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" inner_product_param { num_output: 5 } }
layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 3 } }
layer { name: "c" type: "InnerProduct" bottom: "a" top: "c" inner_product_param { num_output: 3 } }
layer { name: "s" type: "Eltwise" bottom: "b" bottom: "c" top: "s" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "s" bottom: "label" top: "loss" }
"""
)


def test_training_adds_gradients() -> None:
    # a and its two branches have 2 x 5 elements each; b, c and s have 2 x 3. Nothing is learned
    # before x, and the ReLU writes in place.
    assert measured(TRAINED, "TRAIN").gradients == 4 * (3 * 10 + 3 * 6)
    assert measured(TRAINED).gradients == 0
    one = "param { lr_mult: 0 } "
    # The weights of a are frozen, but not its bias.
    frozen = TRAINED.replace('top: "a" inner', f'top: "a" {one}inner')
    assert measured(frozen, "TRAIN").gradients == 4 * (3 * 10 + 3 * 6)
    # Now a learns nothing any more, so no gradient passes through it.
    frozen = TRAINED.replace('top: "a" inner', f'top: "a" {one}{one}inner')
    assert measured(frozen, "TRAIN").gradients == 4 * 3 * 6


ONE = 'layer { name: "%s" type: "%s" bottom: "%s" top: "%s" }\n'


def test_a_concat_shares_what_its_bottom_has_at_set_up() -> None:
    # The top of a Flatten gets its memory when it runs; until then, it has its own.
    text = DATA + ONE % ("f", "Flatten", "x", "f") + ONE % ("c", "Concat", "f", "c")
    assert numbers(measured(text))[:2] == (192, 128)
    # The data keeps its memory.
    text = DATA + ONE % ("c", "Concat", "x", "c")
    assert numbers(measured(text))[:2] == (128, 64)
