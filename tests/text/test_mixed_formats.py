"""Layers that mix V1 and the current format: one finding with the cause, and a fix."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import text_format

import protogen
from protogen import proto
from protogen.text import read
from protogen.text._mixed_formats import conversion
from protogen.text.splices import splice
from protogen.text.upgrade import upgrade, upgrade_net
from protogen.transforms import Upgrade
from tests.conftest import rows
from tests.text.repairs import CONVOLUTION, DATA, NET, errors, fixed, only_error

INPUT = 'input: "data"\ninput_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8\n'
OLD = (
    'layers { name: "c" type: CONVOLUTION bottom: "data" top: "c"'
    " convolution_param { num_output: 4 kernel_size: 3 } }\n"
)
PARAMS = "param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }"
LISTS = "blobs_lr: 1 blobs_lr: 2 weight_decay: 1 weight_decay: 0"


def with_params(params: str) -> str:
    return DATA + CONVOLUTION.replace(" convolution_param", f" {params} convolution_param")


CASES = {
    "V1 type in a layer": (
        "legacy-parts",
        NET.replace('"Convolution"', "CONVOLUTION"),
        NET,
    ),
    "lists in a layer": ("legacy-parts", with_params(LISTS), with_params(PARAMS)),
    "multipliers outside param": (
        "legacy-parts",
        with_params("lr_mult: 1 decay_mult: 1 lr_mult: 2 decay_mult: 0"),
        with_params(PARAMS),
    ),
    "lists in brackets": (
        "legacy-parts",
        with_params("blobs_lr: [1, 2] weight_decay: [1, 0]"),
        with_params(PARAMS),
    ),
    "shared blobs": (
        "legacy-parts",
        with_params('param: "w" param: "b" blobs_lr: 1 blobs_lr: 2'),
        with_params('param { name: "w" lr_mult: 1 } param { name: "b" lr_mult: 2 }'),
    ),
    "current type in layers": (
        "current-parts",
        INPUT + OLD.replace("CONVOLUTION", '"Convolution"'),
        INPUT + CONVOLUTION,
    ),
    "V1 type in quotes in layers": (
        "current-parts",
        INPUT + OLD.replace("CONVOLUTION", '"CONVOLUTION"'),
        INPUT + CONVOLUTION,
    ),
    "current type without quotes in layers": (
        "current-parts",
        INPUT + OLD.replace("CONVOLUTION", "Convolution"),
        INPUT + CONVOLUTION,
    ),
    "all of a current net in layers": ("current-parts", NET.replace("layer {", "layers {"), NET),
    "an Input among V1 layers": ("current-parts", DATA.replace("layer", "layers", 1) + OLD, NET),
    "layer and layers": ("legacy-mixed", DATA + OLD, NET),
    "layer and layers with a current type": (
        "legacy-mixed",
        DATA + OLD.replace("CONVOLUTION", '"Convolution"'),
        NET,
    ),
}


@pytest.mark.parametrize(("name", "broken", "intended"), CASES.values(), ids=CASES)
def test_one_error_and_a_safe_fix(name: str, broken: str, intended: str) -> None:
    found = only_error(broken) if name != "legacy-mixed" else errors(broken)[-1]
    assert (found.name, found.fixable) == (name, True)
    assert len(errors(broken)) == 1
    assert fixed(broken) == intended


@pytest.mark.parametrize(("name", "broken", "intended"), CASES.values(), ids=CASES)
def test_upgrade_repairs_it(name: str, broken: str, intended: str) -> None:
    result = upgrade(broken)
    assert result.ok
    assert result.message == upgrade(intended).message
    assert name in [found.name for found in result.diagnostics if found.severity == "note"]
    transformed = Upgrade()(protogen.loads(broken))
    assert transformed.net.current.message == result.message
    assert transformed.modified


def test_the_messages() -> None:
    found = only_error(with_params(LISTS).replace('"Convolution"', "CONVOLUTION"))
    assert found.fact == (
        'layer "c" (Convolution): "layer" cannot have type CONVOLUTION, blobs_lr and weight_decay'
        " of the V1 format"
    )
    assert found.hint == f'write type: "Convolution" {PARAMS}; protogen upgrade does'
    found = only_error(with_params("lr_mult: 1"))
    assert found.message == 'lr_mult must be in "param"'
    assert found.hint == "write param { lr_mult: 1 }; protogen upgrade does"
    found = only_error(INPUT + OLD + OLD.replace("CONVOLUTION", '"ReLU"'))
    assert found.message == '"layers" cannot have type "ReLU" of the current format'
    assert found.hint == (
        'write "layer" in place of "layers", and the other layer in the current format too;'
        " protogen upgrade does"
    )


def test_many_layers_are_one_finding() -> None:
    relu = 'layer { name: "r" type: RELU bottom: "c" top: "c" blobs_lr: 1 }\n'
    found = only_error(NET + relu * 40)
    assert found.message == (
        '40 "layer" blocks have parts of the V1 format: type (40 layers), blobs_lr (40 layers)'
    )
    assert not errors(fixed(NET + relu * 40))
    found = only_error((NET * 20).replace("layer {", "layers {"))
    assert found.message.startswith('40 "layers" blocks have parts of the current format')
    assert "HDF5_OUTPUT" not in str(found)


def test_more_layers_than_problems_are_kept() -> None:
    relu = 'layer { name: "r" type: RELU bottom: "c" top: "c" }\n'
    assert not errors(fixed(NET + relu * 500))


def test_comments_and_layout_stay() -> None:
    broken = """\
# top
layer {
  name: "c"  # the name
  type: CONVOLUTION  # the type
  bottom: "data"
    blobs_lr: 1   # weights
    blobs_lr: 2
  weight_decay: 1e-0
  # about the bias
  weight_decay: 0
  top: "c"
}
"""
    assert (
        fixed(broken)
        == """\
# top
layer {
  name: "c"  # the name
  type: "Convolution"  # the type
  bottom: "data"
    param { lr_mult: 1 decay_mult: 1e-0 }   # weights
    param { lr_mult: 2 decay_mult: 0 }
  # about the bias
  top: "c"
}
"""
    )


def test_old_data_transforms_move() -> None:
    broken = (
        'layers { name: "d" type: IMAGE_DATA top: "d" image_data_param {'
        ' source: "x" scale: 0.5 crop_size: 8 batch_size: 2 } }\n'
        'layer { name: "r" type: "ReLU" bottom: "d" top: "r" }\n'
    )
    (layer, _) = protogen.loads(fixed(broken)).message.layer
    assert (layer.transform_param.scale, layer.transform_param.crop_size) == (0.5, 8)
    assert not layer.image_data_param.HasField("scale")
    assert layer.image_data_param.batch_size == 2


@pytest.mark.parametrize(
    "text",
    [
        # Both say how the first blob learns.
        with_params("param { lr_mult: 3 } blobs_lr: 1"),
        with_params("blobs_lr: 1 lr_mult: 3"),
        # One multiplier may be for all blobs.
        with_params("lr_mult: 0"),
    ],
)
def test_what_is_not_clear_is_reported_and_not_fixed(text: str) -> None:
    found = only_error(text)
    assert (found.name, found.fixable) == ("legacy-parts", False)
    assert fixed(text) == text
    assert not upgrade(text).ok


def test_a_type_that_no_format_has_is_left_to_the_user() -> None:
    text = NET + OLD.replace("CONVOLUTION", "CONVOLUTIONAL")
    assert [found.name for found in errors(text)] == ["legacy-mixed", "unknown-enum-value"]
    assert fixed(text) == text


def test_the_rest_of_the_net_is_checked() -> None:
    text = with_params("blobs_lr: 1").replace('"Convolution"', "CONVOLUTION")
    net = protogen.loads(text)
    assert net.analysis().blobs["c"] == (1, 4, 6, 6)
    assert protogen.loads(text).message.layer[1].type == "Convolution"


def test_v0_and_pure_nets_are_not_mixed() -> None:
    for text in (
        'layers { layer { name: "c" type: "conv" blobs_lr: 1 weight_decay: 1 } top: "c" }',
        INPUT + OLD.replace("top", 'blobs_lr: 1 param: "w" top'),
        with_params(PARAMS),
    ):
        assert not errors(text)


def _messages(net: Any) -> Any:
    """The net without messages that are empty, which Caffe's upgrade leaves in data layers."""
    for layer in net.layer:
        for name in ("data_param", "image_data_param", "window_data_param", "transform_param"):
            if layer.HasField(name) and not getattr(layer, name).ListFields():
                layer.ClearField(name)
    return net


V1_ROWS = [row for row in rows("upgrade.jsonl.gz") if row["id"].startswith("v1/")]


def test_a_conversion_is_what_caffe_makes_of_a_v1_net() -> None:
    converted = 0
    for row in V1_ROWS:
        document = read(row["prototxt"])
        if row["upgraded"] is None or not document.message.layers or document.message.layer:
            continue
        splices = conversion(document.parse_result)
        if splices is None:  # a layer without a type, or with two transform_param
            continue
        text = splice(document.text, splices)
        expected = _messages(text_format.Parse(row["upgraded"], proto.NetParameter()))
        result = upgrade_net(read(text).message).message
        assert str(_messages(result)) == str(expected), row["id"]
        converted += 1
    assert converted > 80
