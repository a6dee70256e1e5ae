"""Two nets compared by meaning: what is the same, and what each difference is called."""

from __future__ import annotations

import pytest

from protogen import ProtogenError, loads
from protogen.differences import NetDifferences, diff

NET = """\
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 19, 19] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 stride: 2 } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { kernel_size: 3 stride: 2 } }
layer { name: "fc" type: "InnerProduct" bottom: "pool1" top: "fc"
  inner_product_param { num_output: 5 } }
"""
SOURCE = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 8, 9, 9] } } }'


def compared(old: str, new: str, *ignore: str) -> NetDifferences:
    return diff(loads(old), loads(new), ignore=ignore)


def shown(found: NetDifferences) -> list[str]:
    """Each difference as ``kind layer path: old -> new``, without those of shapes."""
    return [
        " ".join(filter(None, (each.kind, each.layer, each.path))) + f": {each.old} -> {each.new}"
        for each in found.differences
        if each.kind != "shape"
    ]


def one_layer(layer_type: str, fields: str) -> str:
    return SOURCE + f'layer {{ name: "l" type: "{layer_type}" bottom: "x" top: "y" {fields} }}'


@pytest.mark.parametrize(
    ("layer_type", "one", "other"),
    [
        ("Convolution", "kernel_size: 3", "kernel_h: 3 kernel_w: 3"),
        ("Convolution", "kernel_size: 3", "kernel_size: [3, 3] stride: 1 pad: [0, 0] dilation: 1"),
        ("Convolution", "kernel_size: 3 stride: 2", "kernel_size: 3 stride_h: 2 stride_w: 2"),
        ("Convolution", "kernel_size: 3", "kernel_size: 3 bias_term: true group: 1 axis: 1"),
        ("Convolution", "kernel_size: 3", "kernel_size: 3 engine: DEFAULT"),
        ("Pooling", "kernel_size: 3", "kernel_h: 3 kernel_w: 3 stride: 1 pad: 0 pool: MAX"),
        ("Concat", "axis: 2", "concat_dim: 2"),
        ("Slice", "axis: 2", "slice_dim: 2"),
        ("Eltwise", "", "operation: SUM coeff: 1"),
        ("Dropout", "", "dropout_ratio: 0.5"),
    ],
)
def test_spellings_of_the_same_layer(layer_type: str, one: str, other: str) -> None:
    home = f"{layer_type.lower()}_param"
    old, new = (one_layer(layer_type, f"{home} {{ {fields} }}") for fields in (one, other))
    found = compared(old, new)
    assert found.differences == []
    assert found.same


@pytest.mark.parametrize(
    ("layer_type", "one", "other"),
    [
        ("ReLU", "", "relu_param { negative_slope: 0 }"),
        ("ReLU", "", "param { }"),
        ("Softmax", "", "softmax_param { }"),
        ("ReLU", "include { phase: TRAIN }", "exclude { phase: TEST }"),
        ("BatchNorm", "", "param { lr_mult: 0 } param { lr_mult: 0 } param { lr_mult: 0 }"),
        ("InnerProduct", "param { lr_mult: 2 }", "param { lr_mult: 2 decay_mult: 1 } param { }"),
        ("EuclideanLoss", "", "loss_weight: 1"),
    ],
)
def test_fields_that_say_nothing(layer_type: str, one: str, other: str) -> None:
    found = compared(one_layer(layer_type, one), one_layer(layer_type, other))
    assert found.differences == []


def test_a_field_that_caffe_asks_for_is_a_difference() -> None:
    # Without the field, the phase decides.  (source: BatchNormLayer::LayerSetUp)
    found = compared(
        one_layer("BatchNorm", ""),
        one_layer("BatchNorm", "batch_norm_param { use_global_stats: false }"),
    )
    (only,) = found.differences
    assert (only.path, only.old, only.new) == (
        "batch_norm_param",
        "",
        "{ use_global_stats: false }",
    )
    assert not found.same


def test_formats_are_the_same() -> None:
    old = 'input: "x" input_dim: 2 input_dim: 3 input_dim: 9 input_dim: 9'
    old += ' layers { name: "r" type: RELU bottom: "x" top: "y" blobs_lr: 2 }'
    new = (
        'layer { name: "input" type: "Input" top: "x" input_param { shape { dim: [2, 3, 9, 9] } } }'
    )
    new += ' layer { name: "r" type: "ReLU" bottom: "x" top: "y" param { lr_mult: 2 } }'
    assert compared(old, new).same


def test_a_renamed_layer_is_found_by_its_content() -> None:
    found = compared(NET, NET.replace('"conv1"', '"stem"').replace('"pool1"', '"p"'))
    assert shown(found) == ["renamed conv1: conv1 -> stem", "renamed pool1: pool1 -> p"]
    assert found.counts == {"renamed": 2}
    assert found.equal_layers == 3


def test_a_renamed_and_changed_layer() -> None:
    found = compared(NET, NET.replace('"fc"', '"dogs"').replace("num_output: 5", "num_output: 7"))
    assert shown(found) == [
        "renamed fc: fc -> dogs",
        "parameter fc inner_product_param.num_output: 5 -> 7",
        "learnable fc weights: 5x64 -> 7x64",  # 64 = 4 channels, 4x4
        "learnable fc bias: 5 -> 7",
    ]
    (shape,) = found.of_kind("shape")
    assert (shape.path, shape.old, shape.new) == ("fc", "2x5", "2x7")


def test_what_follows_from_a_removed_layer_is_no_difference_of_its_own() -> None:
    relu = 'layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }\n'
    found = compared(NET, NET.replace(relu, ""))
    assert shown(found) == ["removed relu1:  -> "]
    found = compared(NET.replace(relu, ""), NET)
    assert shown(found) == ["added relu1:  -> "]
    net = loads(NET)
    net.insert_after("conv1", 'name: "bn" type: "BatchNorm"')
    assert shown(compared(NET, net.text)) == ["added bn:  -> "]


def test_rewired_and_moved_layers() -> None:
    two = NET + 'layer { name: "fc2" type: "InnerProduct" bottom: "%s" top: "fc2" }'
    found = compared(two % "fc", two % "pool1")
    assert shown(found) == ["rewired fc2 bottom[0]: fc -> pool1"]
    lines = (NET + 'layer { name: "s" type: "Softmax" bottom: "pool1" top: "s" }').splitlines(True)
    moved = [*lines[:7], lines[-1], *lines[7:-1]]
    found = compared("".join(lines), "".join(moved))
    assert [each.kind for each in found.differences] == ["moved"]


def test_layers_of_both_phases_with_one_name() -> None:
    data = 'layer { name: "d" type: "Data" top: "d" include { phase: %s }'
    data += " data_param { batch_size: %d } }"
    found = compared(
        data % ("TRAIN", 8) + data % ("TEST", 2), data % ("TEST", 2) + data % ("TRAIN", 8)
    )
    assert [each.kind for each in found.differences] == ["moved"]
    found = compared(
        data % ("TRAIN", 8) + data % ("TEST", 2), data % ("TRAIN", 9) + data % ("TEST", 2)
    )
    assert shown(found) == ["parameter d data_param.batch_size: 8 -> 9"]


def test_training_can_be_ignored() -> None:
    train = NET.replace('top: "conv1"\n', 'top: "conv1" param { lr_mult: 2 }\n').replace(
        "stride: 2 }", 'stride: 2 engine: CAFFE weight_filler { type: "xavier" } }', 1
    ).replace("dim: [2,", "dim: [16,")  # fmt: skip
    train += 'layer { name: "loss" type: "Silence" bottom: "fc" include { phase: TRAIN } }'
    found = compared(train, NET)
    assert {each.kind for each in found.of_kind("parameter", "removed")} == {"parameter", "removed"}
    found = compared(train, NET, "training")
    assert found.differences == []


def test_fields_of_the_net() -> None:
    found = compared(NET, NET.replace('"small"', '"large"') + "force_backward: true")
    assert shown(found) == ['net name: "small" -> "large"', "net force_backward:  -> true"]


def test_bad_input() -> None:
    with pytest.raises(ProtogenError, match="T1"):
        compared(NET, "layer {")
    with pytest.raises(ValueError, match='cannot ignore "trainin"; did you mean "training"'):
        compared(NET, NET, "trainin")


def test_large_nets_are_compared_in_time() -> None:
    relu = 'layer { name: "r%d" type: "ReLU" bottom: "x" top: "x" }'
    old = SOURCE + "\n".join(relu % number for number in range(2000))
    new = SOURCE + "\n".join(relu % (number + 5000) for number in range(2000))
    found = compared(old, new)
    assert found.counts == {"renamed": 2000}
