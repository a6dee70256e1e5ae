"""Our verdict on small nets for MNN. What is expected was seen in MNN 3.6.1."""

from __future__ import annotations

import pytest

import protogen
from tests.portability.programs import verdict_of

IMAGE = "dim: 2 dim: 4 dim: 12 dim: 11"
ROW, ROWS, SERIES = "dim: 1 dim: 6", "dim: 3 dim: 5", "dim: 2 dim: 6 dim: 4"


def net(
    type_: str, fields: str = "", shape: str = IMAGE, *, bottoms: int = 1, tops: int = 1
) -> str:
    names = " ".join(f'top: "t{number}"' for number in range(tops))
    return (
        f'layer {{ name: "data" type: "Input" top: "d" input_param {{ shape {{ {shape} }} }} }}\n'
        f'layer {{ name: "x" type: "{type_}" {bottoms * "bottom: {} ".format(repr("d"))} {names}'
        f" {fields} }}\n"
    )


FAILS = {
    "a sum with coefficients": net("Eltwise", "eltwise_param { coeff: 2 coeff: 1 }", bottoms=2),
    "a Reshape of the last axes": net(
        "Reshape", "reshape_param { shape { dim: 33 dim: 4 } axis: 2 }"
    ),
    "a Slice without points": net("Slice", "slice_param { axis: 1 }", tops=2),
    "a Convolution of two blobs": net(
        "Convolution", "convolution_param { num_output: 2 kernel_size: 3 }", bottoms=2, tops=2
    ),
}
FAILS |= {
    "a Flatten up to the last axis": net("Flatten", "flatten_param { axis: 0 end_axis: -1 }"),
    "a Flatten of nothing": net("Flatten", "flatten_param { axis: 0 end_axis: 0 }"),
    "a maximum with coefficients": net(
        "Eltwise", "eltwise_param { operation: MAX coeff: 1 coeff: -1 }", bottoms=2
    ),
    "an Embed of a series": net("Embed", "embed_param { num_output: 5 input_dim: 4 }", SERIES),
}
OTHERWISE = {
    "a window that Caffe drops": net(
        "Pooling", "pooling_param { kernel_size: 3 stride: 3 pad: 1 }"
    ),
    "an empty window": net(
        "Pooling",
        "pooling_param { kernel_size: 1 stride: 4 pool: MAX }",
        "dim: 1 dim: 8 dim: 10 dim: 5",
    ),
    "a mask and padding": net(
        "Pooling", "pooling_param { kernel_size: 3 stride: 1 pad: 1 }", tops=2
    ),
    "two kernel sizes": net(
        "Convolution", "convolution_param { num_output: 2 kernel_size: 3 kernel_size: 1 }"
    ),
    "a dim for concat": net("Concat", "concat_param { concat_dim: 0 }", bottoms=2),
    "LRN with k": net("LRN", "lrn_param { k: 2 }"),
    "a natural logarithm": net("Log"),
    "a variance": net("MVN"),
    "statistics of the batch": net("BatchNorm", "batch_norm_param { use_global_stats: false }"),
    "a PReLU of rows": net("PReLU", "", ROWS),
    "a BatchNorm of series": net("BatchNorm", "", SERIES),
    "a Scale of an axis": net("Scale", "scale_param { axis: 2 }"),
    "a Reduction from the end": net("Reduction", "reduction_param { axis: -1 }", SERIES),
    "an ArgMax of an image": net("ArgMax", "argmax_param { axis: 1 }"),
    "an ArgMax without an axis": net("ArgMax", "", ROWS),
}
RUNS = {
    "a difference": net("Eltwise", "eltwise_param { coeff: 1 coeff: -1 }", bottoms=2),
    "a Flatten": net("Flatten"),
    "a Flatten of the last axis": net("Flatten", "flatten_param { axis: -1 }"),
    "a maximum": net("Eltwise", "eltwise_param { operation: MAX }", bottoms=2),
    "an Embed of five axes": net(
        "Embed", "embed_param { num_output: 4 input_dim: 6 }", "dim: 1 dim: 4 dim: 5 dim: 3 dim: 1"
    ),
    "a window that fits": net("Pooling", "pooling_param { kernel_size: 2 stride: 2 }"),
    "a mask": net("Pooling", "pooling_param { kernel_size: 2 stride: 2 }", tops=2),
    "one kernel size": net("Convolution", "convolution_param { num_output: 2 kernel_size: 3 }"),
    "a Slice with points": net("Slice", "slice_param { axis: 1 slice_point: 1 }", tops=2),
    "a BatchNorm of a row": net("BatchNorm", "", ROW),
    "a PReLU of a row": net("PReLU", "", ROW),
    "a shared PReLU of rows": net("PReLU", "prelu_param { channel_shared: true }", ROWS),
    "a power": net("Power", "power_param { scale: 2 shift: 1 power: 2 }"),
    "an exponential": net("Exp"),
    "a logarithm": net("Log", "log_param { base: 2 }"),
    "means": net("MVN", "mvn_param { normalize_variance: false }"),
    "a Reduction": net("Reduction", "reduction_param { axis: 1 }"),
    "an ArgMax of rows": net("ArgMax", "argmax_param { axis: 1 }", ROWS),
    "two inputs": 'input: "a" input: "b" input_shape { dim: 1 dim: 3 } input_shape { dim: 2 }'
    ' layer { name: "x" type: "ReLU" bottom: "a" top: "y" }',
}


@pytest.mark.parametrize("name", FAILS)
def test_fails_later(name: str) -> None:
    assert verdict_of(FAILS[name], "mnn") == "fails later"


@pytest.mark.parametrize("name", OTHERWISE)
def test_computes_otherwise(name: str) -> None:
    assert verdict_of(OTHERWISE[name], "mnn") == "computes otherwise"


@pytest.mark.parametrize("name", RUNS)
def test_runs(name: str) -> None:
    assert verdict_of(RUNS[name], "mnn") == "runs"


def test_an_input_of_two_tops_is_refused() -> None:
    text = (
        'layer { name: "i" type: "Input" top: "a" top: "b" input_param { shape { dim: 2 } } }\n'
        'layer { name: "x" type: "ReLU" bottom: "a" top: "y" }'
    )
    assert verdict_of(text, "mnn") == "refused"


@pytest.mark.parametrize(
    "name",
    [
        "a sum with coefficients",
        "a Reshape of the last axes",
        "a Slice without points",
        "two kernel sizes",
        "a dim for concat",
        "LRN with k",
    ],
)
def test_convert_writes_it_for_mnn(name: str) -> None:
    before = protogen.loads((FAILS | OTHERWISE)[name])
    after = protogen.convert(before, to="mnn").net
    assert verdict_of(after.text, "mnn") == "runs"
    blobs = after.analysis().blobs
    for blob, shape in before.analysis().blobs.items():
        assert blobs[blob] == shape
