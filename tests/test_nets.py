"""Public nets against a real Caffe: verdict, shape of every blob, shape of all that is learned.

A fork's net had to be rewritten before the real Caffe could read it (``adapted``); protogen gets
the original. Where the stand-in learns other blobs than the fork's layer does, those are expected
that the fork's source makes.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from protogen import infer_shapes, load
from protogen.analysis import Analysis


@pytest.fixture(scope="module")
def rows(conformance: Path) -> list[dict[str, Any]]:
    with gzip.open(conformance / "nets.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def learned(row: dict[str, Any], result: Analysis) -> dict[str, list[list[int]]]:
    """What the real Caffe learned, and in the place of a stand-in what the fork does."""
    params = dict(row["params"])
    for step in result.steps:
        layer, name = step.layer, step.layer.name
        if layer.type == "BN":  # read as a BatchNorm: mean, variance, factor
            channels = params[name][0][0]
            params[name] = [[1, channels, 1, 1]] * 2
        elif layer.batch_norm_param.scale_bias:  # left out
            params[name] = [*params[name], params[name][0], params[name][0]]
    return params


def difference(row: dict[str, Any], folder: Path) -> Any:
    result = infer_shapes(load(folder / row["file"]), phase=row["phase"], inputs=row["inputs"])
    if result.ok != row["accepts"]:
        return result.ok, [str(d) for d in result.diagnostics][:3], row.get("error")
    if not row["accepts"]:
        return None
    blobs = {name: None if s is None else list(s) for name, s in result.blobs.items()}
    params = {name: [list(s or ()) for s in shapes] for name, shapes in result.params.items()}
    expected = (row["blobs"], learned(row, result))
    return None if (blobs, params) == expected else (blobs, params, *expected)


def test_nets_are_as_a_real_caffe_has_them(conformance: Path, rows: list[dict[str, Any]]) -> None:
    folder = conformance / "nets"
    found = ((row["file"], row["phase"], difference(row, folder)) for row in rows)
    assert [each for each in found if each[2] is not None] == []
    assert len(rows) > 200


def test_every_file_is_inferred_in_both_phases(conformance: Path) -> None:
    files = sorted((conformance / "nets").rglob("*.prototxt"))
    for file in files:
        net = load(file)
        for phase in ("TRAIN", "TEST"):
            infer_shapes(net, phase=phase)  # raises nothing, whatever it finds
    assert len(files) > 200


def test_no_layer_type_is_unknown(conformance: Path) -> None:
    unknown = set()
    for file in sorted((conformance / "nets").rglob("*.prototxt")):
        result = infer_shapes(load(file), phase="TRAIN")
        unknown |= {d.type for d in result.diagnostics if d.name == "unknown-type"}
    assert unknown == set()
