"""A finding says that ``protogen convert`` does something about it exactly if convert does.

Each target is asked about nets with the layers and fields that it may not take as Caffe does. Then
the net is converted, and the target is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

import protogen
from protogen import targets
from protogen.diagnostics import Diagnostic
from protogen.portability import Judgment, judge, subject_of
from protogen.targets import Target
from protogen.transforms import Result, Upgrade

TARGETS = list(targets.all_targets())
CLAIM = "protogen convert"

IMAGE = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4, 7, 7] } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "pair" type: "Eltwise" bottom: "conv" bottom: "conv" top: "pair" }
layer { name: "row" type: "Pooling" bottom: "conv" top: "row"
  pooling_param { pool: AVE global_pooling: true } }
"""

HALVED = "kernel_size: 2 stride: 2"

#: Layers by their types, bottoms and parameters.
LAYERS = (
    ("ConvolutionDepthwise", "conv", "convolution_param { num_output: 4 kernel_size: 3 }"),
    ("DepthwiseConvolution", "conv", "convolution_param { num_output: 4 group: 4 kernel_size: 3 }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 group: 4 kernel_size: 3 }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 3 axis: 1 }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 1 engine: CUDNN }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 1 engine: MKLDNN }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: [3, 1] }"),
    ("Deconvolution", "conv", "convolution_param { num_output: 4 kernel_size: [3, 1] }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 3 stride: [1, 2] }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 3 pad: [1, 0] }"),
    ("Deconvolution", "conv", "convolution_param { num_output: 4 kernel_size: 3 stride: [1, 2] }"),
    ("Deconvolution", "conv", "convolution_param { num_output: 4 kernel_size: 3 pad: [1, 0] }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 3 pad_h: 1 }"),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 3 pad_w: 1 }"),
    (
        "Convolution",
        "conv",
        "convolution_param { num_output: 4 kernel_size: 3 stride_h: 2 stride_w: 2 }",
    ),
    ("Convolution", "conv", "convolution_param { num_output: 4 kernel_size: 1 bias_term: false }"),
    ("Softmax", "conv", "softmax_param { axis: -3 }"),
    ("Scale", "conv", ""),
    ("Eltwise", "conv pair conv", ""),
    ("Eltwise", "conv pair conv pair", "eltwise_param { coeff: [2, 1, 3, 1] }"),
    ("Crop", "conv pair", ""),
    ("Eltwise", "conv pair", "eltwise_param { coeff: 2 coeff: 1 }"),
    ("Reshape", "conv", "reshape_param { axis: 2 shape { dim: 49 } }"),
    ("Reshape", "conv", "reshape_param { num_axes: 2 shape { dim: 4 } }"),
    ("InnerProduct", "conv", "inner_product_param { num_output: 2 transpose: true }"),
    ("Upsample", "conv", "upsample_param { scale: 2 }"),
    ("Upsample", "conv", ""),
    ("ReLU6", "conv", ""),
    ("ReLU", "conv", "relu_param { engine: CUDNN }"),
    ("Clip", "conv", "clip_param { min: 0 max: 6 }"),
    ("Clip", "conv", "clip_param { min: -1 max: 2 }"),
    ("Swish", "conv", ""),
    ("Swish", "conv", "swish_param { beta: 2 }"),
    ("Mish", "conv", ""),
    ("Axpy", "row conv pair", ""),
    ("Bias", "conv", ""),
    ("Bias", "conv", "bias_param { axis: -3 }"),
    ("BN", "conv", "bn_param { bn_mode: INFERENCE }"),
    ("BN", "conv", "bn_param { eps: 0.001 }"),
    ("ShuffleChannel", "conv", "shuffle_channel_param { group: 2 }"),
    ("Flatten", "conv", ""),
    ("Dropout", "conv", "dropout_param { dropout_ratio: 0.5 }"),
    ("LRN", "conv", ""),
    ("LRN", "conv", "lrn_param { alpha: 0.5 k: 2 engine: CAFFE }"),
    ("LRN", "conv", "lrn_param { alpha: 0.5 norm_region: WITHIN_CHANNEL }"),
    ("Log", "conv", "log_param { base: 10 }"),
    ("Log", "conv", "log_param { scale: 2 shift: 1 }"),
    ("Concat", "conv pair", "concat_param { concat_dim: 2 }"),
    ("Eltwise", "conv pair", "eltwise_param { coeff: 2 coeff: 1 }"),
    ("Crop", "conv data", "crop_param { axis: 2 }"),
    ("Reshape", "conv", "reshape_param { axis: 1 shape { dim: 2 dim: 2 dim: 7 dim: 7 } }"),
    ("Reshape", "conv", "reshape_param { num_axes: 2 shape { dim: 4 dim: 1 } }"),
    ("Concat", "conv pair", "concat_param { axis: -3 }"),
    ("BatchNorm", "conv", ""),
    ("BatchNorm", "conv", "batch_norm_param { use_global_stats: false }"),
    ("BatchNorm", "conv", "param { lr_mult: 0 } param { lr_mult: 0 } param { lr_mult: 0 }"),
    ("PriorBox", "conv data", "prior_box_param { min_size: 2 }"),
    ("MVN", "conv", "mvn_param { eps: 0.1 }"),
    ("Power", "conv", "power_param { shift: 1 }"),
    ("Scale", "conv", "scale_param { bias_term: true filler { type: 'constant' } }"),
    ("PReLU", "conv", ""),
    ("ArgMax", "conv", "argmax_param { axis: 1 }"),
    ("Pooling", "conv", f"pooling_param {{ {HALVED} engine: CAFFE }}"),
    ("Pooling", "conv", f"pooling_param {{ {HALVED} round_mode: FLOOR }}"),
    ("Pooling", "conv", f"pooling_param {{ {HALVED} ceil_mode: false }}"),
    ("Pooling", "conv", f"pooling_param {{ {HALVED} torch_pooling: true }}"),
    ("Pooling", "conv", f"pooling_param {{ {HALVED} round_mode: CEIL }}"),
    ("Pooling", "conv", f"pooling_param {{ {HALVED} ceil_mode: true }}"),
    ("Pooling", "conv", "pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }"),
    ("Pooling", "conv", "pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }"),
    ("Pooling", "conv", "pooling_param { kernel_h: 2 kernel_w: 3 stride: 3 round_mode: FLOOR }"),
    ("Pooling", "conv", f"pooling_param {{ {HALVED} round_mode: FLOOR ceil_mode: true }}"),
    ("Pooling", "conv", "pooling_param { pool: AVE global_pooling: true round_mode: FLOOR }"),
)  # fmt: skip
SLICE = """\
layer { name: "x" type: "Slice" bottom: "conv" top: "a" top: "b"
  slice_param { slice_dim: 2 slice_point: 3 } }
"""
HALVES = SLICE.replace("slice_dim: 2 slice_point: 3", "axis: 1")
JOINED = """\
layer { name: "w" type: "Pooling" bottom: "conv" top: "w"
  pooling_param { kernel_h: 2 kernel_w: 1 } }
layer { name: "x" type: "Concat" bottom: "conv" bottom: "w" top: "x"
  concat_param { concat_dim: 2 } }
"""
ONE_AXIS = """\
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 3 } } }
layer { name: "x" type: "Concat" bottom: "data" top: "x" concat_param { concat_dim: 0 } }
"""
SPLIT = """\
layer { name: "x" type: "Split" bottom: "conv" top: "a" top: "b" }
layer { name: "y" type: "Silence" bottom: "a" }
layer { name: "z" type: "ReLU" bottom: "b" top: "z" }
"""
TRAINED = """\
layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { crop_size: 8 } data_param { source: "a" batch_size: 4 } }
layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { crop_size: 8 } data_param { source: "b" batch_size: 2 } }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" param { lr_mult: 2 }
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "acc" type: "Accuracy" bottom: "fc" bottom: "label" top: "acc"
  include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""
FED = """\
layer { name: "in" type: "Input" top: "data" top: "label"
  input_param { shape { dim: [1, 3] } shape { dim: 1 } } }
layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" }
layer { name: "fc" type: "InnerProduct" bottom: "bn" top: "fc"
  inner_product_param { num_output: 10 } }
layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "label" top: "loss" }
"""
TWO_INPUTS = """\
layer { name: "in" type: "Input" top: "a" top: "b" input_param { shape { dim: [1, 3, 4, 4] } } }
layer { name: "x" type: "Eltwise" bottom: "a" bottom: "b" top: "x" }
"""
ONE_PHASE = (
    IMAGE
    + """\
layer { name: "x" type: "ReLU" bottom: "conv" top: "x" include { phase: TRAIN } }
layer { name: "x" type: "TanH" bottom: "conv" top: "x" include { phase: TEST } }
layer { name: "y" type: "ReLU" bottom: "x" top: "y" exclude { phase: TRAIN } }
"""
)
V1 = """\
input: "data" input_dim: [1, 4, 7, 7]
layers { name: "x" type: CONVOLUTION bottom: "data" top: "x" blobs_lr: 1 weight_decay: 1
  convolution_param { num_output: 4 kernel_size: 1 } }
"""
INPUT_FIELDS = V1.split("\n")[0] + '\nlayer { name: "x" type: "ReLU" bottom: "data" top: "x" }\n'


def nets(target: Target) -> Iterator[tuple[str, str]]:
    """The nets, each with a name for the message of a failure."""
    layers = []
    for number, (kind, bottoms, param) in enumerate(LAYERS):
        read = " ".join(f'bottom: "{bottom}"' for bottom in bottoms.split())
        name = f"x{number}"
        text = f'layer {{ name: "{name}" type: "{kind}" {read} top: "{name}" {param} }}\n'
        layers.append((f"{name} {kind}", text))
    if target.importer:  # it stops at the first layer that it cannot build
        yield from ((name, IMAGE + text) for name, text in layers)
    else:
        yield "layers", IMAGE + "".join(text for _, text in layers)
    yield "slice", IMAGE + SLICE
    yield "halves", IMAGE + HALVES
    yield "rows", IMAGE + SLICE.replace("slice_dim: 2", "axis: -2")
    yield "split", IMAGE + SPLIT
    yield from (("joined", IMAGE + JOINED), ("one-axis", ONE_AXIS))
    yield from (("trained", TRAINED), ("fed", FED), ("one-phase", ONE_PHASE))
    yield from (("two-inputs", TWO_INPUTS), ("v1", V1), ("input-fields", INPUT_FIELDS))


def asked(net: protogen.Net, target: Target) -> Judgment:
    return judge(subject_of(net), target)


def claims(report: Judgment) -> list[Diagnostic]:
    return [each for each in report.diagnostics if CLAIM in each.hint]


def facts(findings: Iterable[Diagnostic]) -> set[tuple[str, str, str]]:
    return {(each.code, each.layer, each.message) for each in findings}


def check_weights(net: protogen.Net, result: Result) -> None:
    """A blob has its weights under its name in a caffemodel, or the result says where."""
    old, new = net.analysis().params, result.net.analysis().params
    changed = {(each.layer, each.blob): each for each in result.weights}
    for layer, shapes in new.items():
        for blob, shape in enumerate(shapes):
            if (layer, blob) in changed:
                assert changed.pop((layer, blob)).shape == shape
                continue
            known = old[layer][blob]  # a size is unknown if that of the data is
            assert known is not None
            assert shape is not None
            assert known == shape or (None in known and known[0] == shape[0]), (layer, blob)
    assert not changed


def check_claims(before: Judgment, result: Result, after: Judgment, *, upgraded: bool) -> None:
    """What convert was to do is done, and nothing else is."""
    remaining = facts(after.diagnostics)
    assert not facts(claims(before)) & remaining
    assert not claims(after)
    errors = [each for each in after.diagnostics if each.code in ("F201", "F202")]
    assert facts(errors) <= facts(before.diagnostics)
    # Old formats are rewritten for every target.
    if result.modified and not upgraded:
        assert claims(before), result.report
    named = {each.layer for each in claims(before)}
    for line in result.report:
        layer, colon, _ = line.partition(": ")
        if colon and layer[0] in "xyz":  # "x18_normalized" is one of those in the place of "x18"
            assert layer.partition("_")[0] in named, line


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_convert_does_what_check_says_and_nothing_else(target: Target) -> None:
    found = set()
    for name, text in nets(target):
        net = protogen.loads(text)
        before = asked(net, target)
        result = protogen.convert(net, to=target, force=True)
        try:
            upgraded = Upgrade()(net).modified
            check_claims(before, result, asked(result.net, target), upgraded=upgraded)
            check_weights(net, result)
        except AssertionError as error:
            raise AssertionError(
                f"{name}: {error}\n{before.diagnostics}\n{result.net.text}"
            ) from None
        found |= {each.message for each in claims(before)}
    # Each quirk that convert does something about is in one of the nets.
    for quirk in target.quirks:
        if quirk.converts:
            assert f"{target.title} {quirk.says}" in found, quirk
