"""Operations of each layer: multiply-accumulates of a real Caffe's shapes, the rest by hand."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

import protogen
from protogen.reports.cost import KINDS, Cost, LayerCost, Operations, measure_cost
from protogen.reports.summary import summarize
from protogen.windows import Axis
from tests.reports.test_receptive_field import image, layer


def cost(text: str, phase: str = "TEST") -> Cost:
    analysis = protogen.infer_shapes(protogen.loads(text), phase)
    return measure_cost(analysis, summarize(analysis).parameters)


def operations(kind: str, param: str = "", *, size: int = 4, phase: str = "TEST") -> Operations:
    """Those of a layer on 1 image of 2 channels."""
    last = cost(image(size) + layer("l", kind, "data", param), phase).layers[-1]
    assert last.operations is not None
    return last.operations


@pytest.mark.parametrize(
    ("kind", "param", "expected"),
    [
        # 32 elements.
        ("ReLU", "", Operations(comparisons=32)),
        ("ReLU", "relu_param { negative_slope: 0.1 }", Operations(0, 32, 0, 32)),
        ("Sigmoid", "", Operations(additions=32, divisions=32, exponentials=32)),
        ("Power", "power_param { scale: 2 shift: 1 }", Operations(32, 32)),
        ("Power", "power_param { power: 2 }", Operations(exponentials=32)),
        ("BatchNorm", "", Operations(additions=32, divisions=32, exponentials=2)),
        ("Scale", "scale_param { bias_term: true }", Operations(32, 32)),
        ("Dropout", "", Operations()),
        ("Flatten", "", Operations()),
        ("Softmax", "", Operations(64, 0, 32, 32, 32)),
        # A bias for each of the 5 x 4 x 4 elements; the products are MACs.
        ("Convolution", "convolution_param { num_output: 5 kernel_size: 1 }", Operations(80)),
        # Both channels are neighbors: 2 squares for each of 32 elements, and k.
        ("LRN", "lrn_param { local_size: 3 }", Operations(96, 64, 32, 0, 32)),
        # Rows of 4 have 2 + 3 + 3 + 2 = 10 neighbors, so 2 channels have 200; and k.
        (
            "LRN",
            "lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL }",
            Operations(232, 64, 32, 0, 32),
        ),
        ("Reduction", "reduction_param { operation: MEAN }", Operations(32, 0, 1)),
        ("ArgMax", "", Operations(comparisons=32)),
    ],
)
def test_one_layer(kind: str, param: str, expected: Operations) -> None:
    assert operations(kind, param) == expected


def test_in_training() -> None:
    assert operations("Dropout", phase="TRAIN") == Operations(multiplications=32)
    assert operations("BatchNorm", phase="TRAIN") == Operations(96, 32, 32, 0, 2)


def test_a_pooling_reads_what_is_inside_its_windows() -> None:
    # Windows of 2, 2 and 1 elements on each axis of 5: 25 pixels in each of 2 channels.
    param = "pooling_param { kernel_size: 2 stride: 2 %s }"
    assert operations("Pooling", param % "", size=5) == Operations(comparisons=50)
    average = operations("Pooling", param % "pool: AVE", size=5)
    assert average == Operations(additions=50, divisions=18)
    whole = operations("Pooling", "pooling_param { global_pooling: true }", size=5)
    assert whole == Operations(comparisons=50)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("SUM", Operations(additions=64)),
        ("SUM coeff: 1 coeff: -1 coeff: 0.5", Operations(64, 32)),
        ("PROD", Operations(multiplications=64)),
        ("MAX", Operations(comparisons=64)),
    ],
)
def test_eltwise_of_three_bottoms(operation: str, expected: Operations) -> None:
    param = f"eltwise_param {{ operation: {operation} }}"
    text = image(4) + layer("e", "Eltwise", "data data data", param)
    assert cost(text).layers[-1].operations == expected


def buffer(kind: str, param: str) -> int:
    text = image(4) + layer("c", kind, "data", f"convolution_param {{ {param} }}")
    return int(cost(text).layers[-1].column_buffer)


def test_the_column_buffer() -> None:
    # 2 channels x 9 weights, for 2 x 2 windows, of 4 bytes.
    assert buffer("Convolution", "num_output: 5 kernel_size: 3") == 288
    assert buffer("Convolution", "num_output: 5 kernel_size: 1") == 0
    assert buffer("Convolution", "num_output: 5 kernel_size: 1 stride: 2") == 32
    # A Deconvolution lays out its top: 5 channels x 9 weights, for 4 x 4 elements.
    assert buffer("Deconvolution", "num_output: 5 kernel_size: 3") == 2880


def test_what_is_not_known() -> None:
    found = cost(image(4) + layer("m", "Mystery", "data"))
    unknown: LayerCost = found.layers[-1]
    assert unknown.operations is None
    assert [found.count(kind).exact for kind in KINDS] == [False] * 5
    assert not found.macs.exact


@pytest.mark.skipif(
    not os.environ.get("PROTOGEN_CONFORMANCE"),
    reason="takes long: set PROTOGEN_CONFORMANCE to measure every recorded net",
)
def test_macs_are_those_of_a_real_caffe(conformance: Path) -> None:
    with gzip.open(conformance / "nets.jsonl.gz", "rt", encoding="utf-8") as lines:
        nets = [json.loads(line) for line in lines]
    inputs = {(row["file"], row["phase"]): row["inputs"] for row in nets}
    with gzip.open(conformance / "macs.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        if "file" in row:
            net, key = (
                protogen.load(conformance / "nets" / row["file"]),
                (row["file"], row["phase"]),
            )
        else:
            net, key = protogen.loads(row["prototxt"]), ("", "")
        analysis = protogen.infer_shapes(net, row["phase"], inputs=inputs.get(key, {}))
        found = {step.name: step.facts.macs for step in analysis.steps if step.facts.macs}
        # The real Caffe read some files with other layer types in the place of a fork's.
        assert found == {name: number for name, (_, number) in row["macs"].items()}
    assert len(rows) == 53


@pytest.mark.parametrize("pad", [0, 1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [3, 4, 7, 10])
def test_pixels_of_a_pooling_are_those_of_each_of_its_windows(
    size: int, stride: int, pad: int
) -> None:
    param = f"kernel_size: 3 stride: {stride} pad: {pad}"
    axis = Axis("height", size, 3, stride, pad, False, pad > 0)
    along = sum(window.elements for window in axis.windows())
    found = operations("Pooling", f"pooling_param {{ {param} }}", size=size)
    assert found.comparisons == 2 * along**2


def test_neighbors_of_every_element() -> None:
    # In 3 channels with a margin of 3, all are neighbors of all.
    param = "lrn_param { local_size: 7 norm_region: WITHIN_CHANNEL }"
    assert operations("LRN", param, size=3).additions == 2 * 81 + 18
