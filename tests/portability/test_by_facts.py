"""The verdicts of targets that are known by their facts alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import protogen
from protogen.checks import Report
from tests.conftest import rows
from tests.portability.programs import verdict_of

DATA = """\
layer {
  name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 4 dim: 7 dim: 7 } }
}
"""


def report(text: str, *names: str) -> Report:
    return protogen.check(protogen.loads(text, "net.prototxt"), target=names, notes=True)


def verdict(text: str, name: str) -> str:
    return report(text, name).verdict(name)


def messages(text: str, *names: str) -> list[str]:
    return [each.fact for each in report(text, *names).diagnostics if each.code.startswith("F2")]


def pooling(fields: str) -> str:
    return (
        f'{DATA}layer {{ name: "x" type: "Pooling" bottom: "data" top: "o"'
        f" pooling_param {{ {fields} }} }}\n"
    )


HALVED = "kernel_size: 2 stride: 2"
FLOORS = {
    "round_mode": f"{HALVED} round_mode: FLOOR",
    "ceil_mode": f"{HALVED} ceil_mode: false",
    "torch_pooling": f"{HALVED} torch_pooling: true",
}


# As in consumers.md, where each was run on this very pooling of 7x7.
@pytest.mark.parametrize(
    ("target", "spelling", "expected"),
    [
        ("bvlc", "round_mode", "runs"),
        ("bvlc", "ceil_mode", "refused"),
        ("sophgo", "round_mode", "runs"),
        ("sophgo", "ceil_mode", "runs"),
        ("sophgo", "torch_pooling", "refused"),
        ("ssd", "round_mode", "refused"),
        ("nvcaffe", "torch_pooling", "computes otherwise"),
        ("openvino2023", "round_mode", "refused"),
        ("openvino2023", "ceil_mode", "runs"),
        ("mnn", "round_mode", "computes otherwise"),
        ("mnn", "ceil_mode", "refused"),
        ("ncnn", "round_mode", "refused"),
        ("rknn2", "round_mode", "runs"),
        ("rknn2", "ceil_mode", "runs"),
        ("nncase1", "ceil_mode", "refused"),
        ("mindspore-lite2", "ceil_mode", "runs"),
        ("tensorrt8", "torch_pooling", "runs"),
        ("tensorrt8", "round_mode", "refused"),
        ("atc", "round_mode", "runs"),
        ("coremltools3", "round_mode", "refused"),
        ("nnie", "round_mode", "computes otherwise"),
    ],
)
def test_the_spelling_of_floor(target: str, spelling: str, expected: str) -> None:
    assert verdict(pooling(FLOORS[spelling]), target) == expected


def test_a_floor_that_is_the_ceiling() -> None:
    text = pooling("kernel_size: 3 stride: 2 round_mode: FLOOR")  # 7 = 3 + 2 * 2
    assert verdict(text, "mnn") == "runs"


def test_the_divisor_of_averages() -> None:
    overhang = pooling("pool: AVE kernel_size: 2 stride: 2")
    padded = pooling("pool: AVE kernel_size: 3 stride: 2 pad: 1")
    both = padded.replace("dim: 7", "dim: 8")
    assert verdict(overhang, "sophgo") == "computes otherwise"
    assert verdict(overhang, "openvino2023") == "runs"
    assert verdict(both, "openvino2023") == "computes otherwise"
    assert verdict(padded, "ncnn") == "computes otherwise"
    assert verdict(overhang, "mnn") == "runs"


# Run in nncase 1.9.0.20230322: it fills the overhang with copies of the last row and column.
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("kernel_size: 2 stride: 2", "runs"),  # a single row overhangs: 7 = 2 * 3 + 1
        ("kernel_size: 4 stride: 2", "computes otherwise"),
        ("kernel_size: 3 stride: 2", "runs"),
        ("kernel_size: 3 stride: 2 pad: 1", "runs"),
        ("kernel_size: 4 stride: 2 pad: 1", "computes otherwise"),
        ("kernel_size: 1 stride: 4", "computes otherwise"),  # a window at 8
        ("kernel_size: 2 stride: 3 pad: 1", "fails later"),  # Caffe drops one at 8
    ],
)
def test_averages_with_a_repeated_edge(fields: str, expected: str) -> None:
    assert verdict(pooling(f"pool: AVE {fields}"), "nncase1") == expected


RELU = """\
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "relu" }
layer { name: "both" type: "Concat" bottom: "relu" bottom: "relu" top: "both" }
"""


def test_a_maximum_that_starts_from_0() -> None:
    text = pooling("kernel_size: 3 stride: 2")
    assert verdict(text, "nncase1") == "computes otherwise"
    behind = DATA + RELU + text.removeprefix(DATA).replace("data", "both")
    assert verdict(behind, "nncase1") == "runs"


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (('"ReLU" bottom: "data"',), "fails later"),
        (('"BatchNorm" bottom: "data"', '"ReLU" bottom: "x0"'), "runs"),
        (('"BatchNorm" bottom: "data"', '"Permute" bottom: "x0"', '"ReLU" bottom: "x1"'), "runs"),
        (('"Softmax" bottom: "data"', '"ReLU" bottom: "x0"'), "fails later"),
    ],
)
def test_a_relu_that_is_a_part_of_another_layer(layers: tuple[str, ...], expected: str) -> None:
    text = DATA
    for number, layer in enumerate(layers):
        text += f'layer {{ name: "x{number}" top: "x{number}" type: {layer} }}\n'
    assert verdict(text, "nncase1") == expected


# Run in nncase 1.9.0.20230322, which wires layers in place by their types.
def test_layers_in_place() -> None:
    scale = 'layer { name: "s" type: "Scale" bottom: "data" top: "data" }\n'
    norm = 'layer { name: "b" type: "BatchNorm" bottom: "data" top: "data" }\n'
    end = 'layer { name: "e" type: "Softmax" bottom: "data" top: "e" }\n'
    assert verdict(DATA + norm + scale + end, "nncase1") == "runs"
    assert verdict(DATA + scale + norm + end, "nncase1") == "computes otherwise"
    assert verdict(DATA + norm, "nncase1") == "fails later"


# Run in ncnn 1.0.20261020.
def test_what_ncnn_reads_of_a_layer() -> None:
    padded = 'type: "Convolution" convolution_param { num_output: 4 kernel_size: 3 pad_h: 1'
    crop = 'type: "Crop" bottom: "small" crop_param { offset: 1 }'
    small = DATA.replace("data", "small").replace("dim: 7 dim: 7", "dim: 5 dim: 5")
    layers = {
        f"{padded} }}": "computes otherwise",
        f"{padded} pad_w: 1 }}": "runs",
        crop: "runs",
        'type: "Exp" exp_param { base: 2 }': "computes otherwise",
        'type: "Reduction"': "computes otherwise",
    }
    for layer, expected in layers.items():
        text = f'{DATA}{small}layer {{ name: "x" bottom: "data" top: "o" {layer} }}\n'
        assert verdict(text, "ncnn") == expected, layer
        other = text.replace("dim: 4 dim: 5", "dim: 2 dim: 5")
        wanted = "computes otherwise" if layer == crop else expected
        assert verdict(other, "ncnn") == wanted, layer


def test_conflicting_targets() -> None:
    found = messages(pooling(FLOORS["round_mode"]), "bvlc", "tensorrt8")
    assert (
        'layer "x" (Pooling): no spelling of rounding down is read by all targets: BVLC Caffe reads'
        " round_mode, TensorRT 8 reads torch_pooling" in found
    )


def test_conflicting_targets_that_both_slice() -> None:
    text = pooling(FLOORS["round_mode"])
    (found,) = [
        d for d in report(text, "bvlc", "opencv4").diagnostics if "no spelling" in d.message
    ]
    assert found.hint == "protogen convert --to bvlc,opencv4 writes a pooling that all read"
    both = protogen.convert(protogen.loads(text), to=["bvlc", "opencv4"]).net.text
    assert (verdict(both, "bvlc"), verdict(both, "opencv4")) == ("runs", "runs")
    assert not any("no spelling" in each for each in messages(both, "bvlc", "opencv4"))


def test_an_unknown_field_at_its_place() -> None:
    text = pooling(FLOORS["round_mode"])
    found = next(d for d in report(text, "ssd").diagnostics if d.code == "F201")
    assert found.message == (
        'SSD\'s Caffe does not load the net: its PoolingParameter has no field "round_mode"'
    )
    assert found.location is not None
    column = text.splitlines()[4].index("round_mode") + 1
    assert (found.location.line, found.location.column) == (5, column)


# As read in NVIDIA/TensorRT release/8.6 parsers/caffe/caffeParser/opParsers/ and in
# Tencent/ncnn a4d2ea1d tools/caffe/caffe2ncnn.cpp.
@pytest.mark.parametrize(
    ("target", "layer", "expected"),
    [
        ("tensorrt8", 'type: "LRN"', "computes otherwise"),
        ("tensorrt8", 'type: "LRN" lrn_param { beta: 0.75 k: 2 }', "runs"),
        ("tensorrt8", 'type: "Scale"', "computes otherwise"),
        ("tensorrt8", 'type: "Scale" scale_param { bias_term: true }', "runs"),
        ("tensorrt8", 'type: "Eltwise" bottom: "data" bottom: "data"', "refused"),
        ("tensorrt8", 'type: "Concat" concat_param { concat_dim: 2 }', "computes otherwise"),
        ("ncnn", 'type: "LRN"', "runs"),
        ("ncnn", 'type: "LRN" lrn_param { k: 2 }', "computes otherwise"),
        ("ncnn", 'type: "Softmax" softmax_param { axis: -3 }', "computes otherwise"),
        (
            "ncnn",
            'type: "Convolution" convolution_param { num_output: 4 kernel_size: [3, 1] }',
            "computes otherwise",
        ),
        (
            "ncnn",
            'type: "Convolution" convolution_param { num_output: 4 kernel_size: [3, 3] }',
            "runs",
        ),
    ],
)
def test_what_parsers_read(target: str, layer: str, expected: str) -> None:
    text = f'{DATA}layer {{ name: "x" bottom: "data" top: "o" {layer} }}\n'
    assert verdict(text, target) == expected
    converted = protogen.convert(protogen.loads(text), to=target).net
    assert verdict(converted.text, target) == "runs"


# Run in the Caffe of tpu-mlir 1.30.2: "Layer x has unknown engine."
@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ('type: "ReLU" relu_param { engine: CUDNN }', "refused"),
        ('type: "ReLU" relu_param { engine: CAFFE }', "runs"),
        ('type: "InnerProduct" inner_product_param { num_output: 2 engine: CUDNN }', "runs"),
        ('type: "BatchNorm" batch_norm_param { engine: CUDNN }', "refused"),
        ('type: "ReLU6" relu6_param { engine: CUDNN }', "runs"),
    ],
)
def test_an_engine_that_is_not_built_in(layer: str, expected: str) -> None:
    text = f'{DATA}layer {{ name: "x" bottom: "data" top: "o" {layer} }}\n'
    assert verdict(text, "sophgo") == expected
    assert protogen.convert(protogen.loads(text), to="sophgo").net.analysis().ok


def test_an_unknown_type() -> None:
    text = DATA + 'layer { name: "x" type: "Normalize" bottom: "data" top: "o" }\n'
    assert verdict(text, "ssd") == "runs"
    assert verdict(text, "bvlc") == "refused"
    text = text.replace("Normalize", "MatMul")
    assert verdict(text, "ncnn") == "fails later"
    assert "ncnn cannot run it: it has no layer type MatMul" in str(messages(text, "ncnn"))


def test_what_caffe_rejects_every_caffe_rejects() -> None:
    text = DATA + 'layer { name: "x" type: "ReLU" bottom: "nope" top: "o" }\n'
    assert verdict(text, "ssd") == "refused"
    assert any("nope" in each for each in messages(text, "ssd"))


def test_an_old_format() -> None:
    text = 'input: "data" input_dim: [1, 4, 7, 7]\nlayers { type: RELU bottom: "data" top: "o" }\n'
    assert verdict(text, "bvlc") == "runs"
    assert verdict(text, "ncnn") == "refused"
    assert "Acuity does not load the format V1 (layers)" in messages(text, "acuity6")


def test_an_old_net_that_caffe_cannot_upgrade() -> None:
    text = 'input: "data" input_dim: [1, 3, 5]\n'
    text += 'layer { name: "x" type: "ReLU" bottom: "data" top: "o" }\n'
    assert verdict(text, "bvlc") == "refused"


def test_a_limit() -> None:
    text = pooling("kernel_size: 7")
    assert verdict(text, "vitis-dpu") == "runs"
    wide = text.replace("dim: 7", "dim: 14").replace("kernel_size: 7", "kernel_size: 14")
    (found,) = [d for d in report(wide, "vitis-dpu").diagnostics if d.code == "F205"]
    assert found.message == (
        "the DPU of Vitis AI runs it on the CPU: kernel 14, where it takes 1 to 8"
    )
    assert found.field == "pooling_param"
    assert verdict(wide, "vitis-dpu") == "runs"


def test_a_limit_of_sizes_refuses() -> None:
    assert verdict(pooling("kernel_size: 2").replace("dim: 7", "dim: 5000"), "atc") == "refused"


@pytest.mark.parametrize("name", ["bvlc", "mnn", "vitis-dpu"])
def test_a_net_without_layers(name: str) -> None:
    assert verdict('name: "a"\n', name) == "empty"


def test_a_net_without_the_shape_of_an_input() -> None:
    text = 'input: "data"\nlayer { name: "x" type: "ReLU" bottom: "data" top: "o" }\n'
    assert verdict(text, "vitis-dpu") == "no input"


def test_a_net_of_no_text_is_not_for_a_target() -> None:
    with pytest.raises(ValueError, match='not checked for target "mnn", but for bvlc'):
        report(DATA, "bvlc").verdict("mnn")
    with pytest.raises(ValueError, match=r'unknown target "tensorrt"; did you mean "tensorrt8"\?'):
        report(DATA, "tensorrt")


#: Files of the conformance data, one of each kind; the others take a minute.
FORK_FILES = 12


def test_files_in_sophgos_caffe(conformance: Path) -> None:
    with gzip.open(conformance / "sophgo_caffe.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    accepted = [row for row in rows if row["accepts"]]
    refused = [row for row in rows if "unknown layer type" in str(row.get("error")).lower()]
    for row in accepted[::6] + refused[:FORK_FILES]:
        net = protogen.load(conformance / "nets" / row["file"])
        found = protogen.check(net, target="sophgo", phases=["TEST"], select=["F2"])
        assert (found.verdict("sophgo") == "refused") is not row["accepts"], row["file"]


def test_layers_in_two_real_caffes() -> None:
    wrong = []
    for row in rows("layers.jsonl.gz")[::20]:
        net = protogen.loads(row["prototxt"])
        found = protogen.check(
            net, target=row["engine"], phases=[row["phase"]], select=["F2"]
        ).verdict(row["engine"])
        if (found == "runs") is not row["accepts"]:
            wrong.append((row["id"], found))
    assert wrong == []


def test_a_type_that_only_the_target_knows() -> None:
    # protogen has no rules for it, so inference calls the type unknown.
    text = DATA + 'layer { name: "bn" type: "MKLBatchNorm" bottom: "data" top: "bn" }\n'
    assert verdict(text, "intel") == "runs"


@pytest.mark.parametrize(
    "layer",
    [
        'type: "Flatten" bottom: "nope" flatten_param { axis: 2000000000 }',
        'type: "Flatten" bottom: "data" flatten_param { axis: 2000000000 }',
        'type: "Flatten" bottom: "data" flatten_param { end_axis: -2000000000 }',
        'type: "Flatten"',
        'type: "Flatten" bottom: "data" flatten_param { axis: -2000000000 }',
        'type: "Reshape" bottom: "data" reshape_param { axis: 2000000000 }',
        'type: "Reshape" reshape_param { num_axes: 2000000000 }',
        'type: "Slice" bottom: "data" slice_param { slice_dim: 4000000000 }',
        'type: "Slice" bottom: "data" slice_param { slice_dim: 9 }',
        'type: "Scale" bottom: "data" scale_param { num_axes: 2000000000 }',
        'type: "Bias" bottom: "data" bias_param { axis: 9 }',
        'type: "Concat" bottom: "data" bottom: "data" concat_param { concat_dim: 4000000000 }',
    ],
)
def test_an_axis_that_no_blob_has(layer: str) -> None:
    text = (
        'layer { name: "data" type: "Input" top: "data"'
        " input_param { shape { dim: [1, 3, 7, 7] } } }\n"
        f'layer {{ name: "x" top: "x" {layer} }}'
    )
    # An exception here would be reported as an internal error.
    assert protogen.check(protogen.loads(text)).diagnostics
    for target in ("mnn", "ncnn", "nncase1", "openvino2023", "opencv4", "sophgo"):
        assert verdict_of(text, target)
