"""OpenCV's verdict on small nets. What is expected was seen in opencv-python-headless 4.14.0.94."""

from __future__ import annotations

import pytest

import protogen
from protogen.checks import Report

INPUT = 'layer { name: "data" type: "Input" top: "data" input_param { shape { %s } } }\n'
DATA = INPUT % "dim: 1 dim: 4 dim: 7 dim: 7"


def layer(type_: str, fields: str = "", bottom: str = "data", top: str = "o") -> str:
    return f'layer {{ name: "x" type: "{type_}" bottom: "{bottom}" top: "{top}" {fields} }}\n'


def report(text: str) -> Report:
    return protogen.check(protogen.loads(text, "net.prototxt"), target="opencv4", notes=True)


def messages(text: str) -> list[str]:
    return [each.fact for each in report(text).diagnostics if each.code.startswith("F2")]


POOL = "pooling_param { %s }"
EACH = "kernel_h: 2 kernel_w: 2 stride_h: 2 stride_w: 2"
REFUSED = {
    "an unknown string": layer("Pooling", POOL % 'kernel_size: 2 foo: "a"'),
    "an unknown string in a filler": layer(
        "Convolution", 'convolution_param { num_output: 1 weight_filler { foo: "a" } }'
    ),
    "an unknown string in a layer": layer("ReLU", 'foo: "a"'),
    "an unknown empty list": layer("ReLU", "foo: []"),
    "a malformed number": layer("ReLU", "foo: 1..2"),
    "an unknown enum value": layer("Pooling", POOL % "kernel_size: 2 engine: MKLDNN"),
    "a separator after an unknown field": layer("ReLU", "relu_param { foo: 1; }"),
    "two layers that produce a blob": layer("ReLU") + layer("TanH"),
    "an unknown bottom": layer("ReLU", bottom="nope"),
    "a Convolution with two bottoms": 'layer { name: "x" type: "Convolution" bottom: "data"'
    ' bottom: "data" top: "o" convolution_param { num_output: 1 kernel_size: 1 } }',
    "a comment of another language": "// comment\n",
    "an Input without the shape of a top": 'layer { type: "Input" top: "a" input_param { } }',
    "PSROIPooling without a required field": layer("PSROIPooling", "psroi_pooling_param { }"),
}
FAILS = {
    "an unknown type": layer("Reduction"),
    "Caffe's Tile": layer("Tile", "tile_param { tiles: 2 }"),
    "a floor that OpenCV does not know": layer(
        "Pooling", POOL % "kernel_size: 2 stride: 2 round_mode: FLOOR"
    ),
    "STOCHASTIC": layer("Pooling", POOL % "kernel_size: 2 pool: STOCHASTIC"),
    "one bottom of an Eltwise": layer("Eltwise"),
    "fewer orders than axes": layer("Permute", "permute_param { order: 0 order: 2 }"),
    "a Slice without points, whose top is not read": layer("Slice"),
    "a Scale with an axis from the end": layer("Scale", "scale_param { axis: -1 }"),
    "an MVN without spatial axes": layer("Flatten", top="y")
    + layer("MVN", bottom="y").replace('"x"', '"z"'),
    "an input that nothing reads": INPUT.replace("data", "b") % "dim: 1" + layer("ReLU"),
}
OTHERWISE = {
    "LRN without alpha": layer("LRN", "lrn_param { local_size: 5 }"),
    "LRN with k": layer("LRN", "lrn_param { local_size: 5 alpha: 1 k: 2 }"),
    "a lost padding": layer("Pooling", POOL % f"{EACH} pad: 1 foo: 1"),
    "a lost floor": layer("Pooling", POOL % f"{EACH} pad_h: 0 pad_w: 0 round_mode: FLOOR"),
    "concat_dim": layer("Concat", "concat_param { concat_dim: 2 }", 'data" bottom: "data'),
    "transpose": layer("InnerProduct", "inner_product_param { num_output: 3 transpose: true }"),
    "a logarithm with a base": layer("Log", "log_param { base: 2 }"),
    "a dilated Deconvolution": layer(
        "Deconvolution", "convolution_param { num_output: 2 kernel_size: 3 dilation: 2 }"
    ),
    "statistics of the batch": layer("BatchNorm", "batch_norm_param { use_global_stats: false }"),
    "statistics by an unknown field": layer("BatchNorm", "batch_norm_param { foo: 1 }"),
    "a Concat of an input alone": layer("Concat"),
    "a Convolution in place": layer(
        "Convolution", "convolution_param { num_output: 4 kernel_size: 1 }", top="data"
    ),
}
RUNS = {
    "a pooling": layer("Pooling", POOL % "kernel_size: 2 stride: 2"),
    "ceil_mode": layer("Pooling", POOL % "kernel_size: 2 stride: 2 ceil_mode: false"),
    "an unknown number in a layer": layer("ReLU", "foo: 1"),
    "an unknown number after a comment": layer("ReLU", "foo: # two\n-2"),
    "an unknown message": layer("ReLU", "foo_param { bw: 8 }"),
    "an unknown string in the net": 'foo: "a"\n' + layer("ReLU"),
    "an unknown string in param": layer(
        "Convolution",
        'convolution_param { num_output: 2 kernel_size: 3 } param { lr_mult: 1 foo: "s" }',
    ),
    "a V1 layer with an unknown string": "layers { type: RELU bottom: 'data' top: 'o' foo: 'a' }",
    "a second reader in place": layer("TanH") + layer("ReLU", "", "data", "data"),
    "LRN with alpha": layer("LRN", "lrn_param { local_size: 5 alpha: 1 }"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    assert report(DATA + REFUSED[name]).verdict("opencv4") == "refused"


@pytest.mark.parametrize("name", FAILS)
def test_fails_later(name: str) -> None:
    assert report(DATA + FAILS[name]).verdict("opencv4") == "fails later"


@pytest.mark.parametrize("name", OTHERWISE)
def test_computes_otherwise(name: str) -> None:
    assert report(DATA + OTHERWISE[name]).verdict("opencv4") == "computes otherwise"


@pytest.mark.parametrize("name", RUNS)
def test_runs(name: str) -> None:
    data = 'input: "data" input_dim: [1, 4, 7, 7]\n' if "V1" in name else DATA
    assert report(data + RUNS[name]).verdict("opencv4") == "runs"


@pytest.mark.parametrize("text", ["", 'name: "a"', 'net: "a.prototxt" base_lr: 0.1', DATA])
def test_empty(text: str) -> None:
    assert report(text).verdict("opencv4") == "empty"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('input: "data"\n' + layer("ReLU"), "no input"),
        ('layer { name: "d" type: "Data" top: "data" }\n' + layer("ReLU"), "no input"),
        # OpenCV creates the last layer before it asks for an input.
        ('layer { name: "d" type: "Data" top: "data" }\n' + layer("Accuracy"), "fails later"),
    ],
)
def test_no_input(text: str, verdict: str) -> None:
    assert report(text).verdict("opencv4") == verdict


def test_a_solver_is_said_to_be_one() -> None:
    found = messages('net: "a.prototxt"\nbase_lr: 0.1\n')
    assert "OpenCV 4 loads it as an empty net: it is a solver" in found


def test_an_unknown_field_is_the_reason() -> None:
    text = DATA + FAILS["a floor that OpenCV does not know"]
    found = next(each for each in report(text).diagnostics if each.code == "F202")
    assert found.fact == 'layer "x" (Pooling): OpenCV 4 loads it and fails: reads kernel 0'
    assert found.hint == (
        "write ceil_mode: false instead of round_mode; protogen convert does that"
    )
    assert found.why.startswith('beside the unknown field "round_mode", every field of pooling_par')
    assert found.location is not None
    column = text.splitlines()[1].index("round_mode") + 1
    assert (found.location.line, found.location.column) == (2, column)


def test_a_net_that_crashes_without_weights_has_the_verdict_with_weights() -> None:
    text = DATA + OTHERWISE["statistics of the batch"]
    crash = (
        'layer "x" (BatchNorm): OpenCV 4 crashes on it if the net is loaded without a caffemodel'
    )
    assert crash in messages(text)


def test_each_unknown_type_is_reported_at_its_line() -> None:
    text = DATA + layer("Reduction") + layer("Threshold", "", "o", "p").replace('"x"', '"y"')
    found = [each for each in report(text).diagnostics if each.code == "F202"]
    assert [(each.layer, each.location and each.location.line) for each in found] == [
        ("x", 2),
        ("y", 3),
    ]


def test_a_composed_net() -> None:
    with protogen.Net() as net:
        x = protogen.layers.Input(shape=(1, 4, 7, 7), name="data")
        protogen.layers.LRN(x, local_size=5, name="norm")
    assert protogen.check(net, target="opencv4").verdict("opencv4") == "computes otherwise"
