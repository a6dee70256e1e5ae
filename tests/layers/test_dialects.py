"""Where forks differ in a layer of one name: whose rule is taken, and that it is said."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, layers, proto
from protogen.diagnostics import Severity
from protogen.layers import all_types
from protogen.shapes import Shape
from tests.layers.conftest import infer

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { %s } } }'


@pytest.mark.parametrize(
    ("layer", "dialect"),
    [
        ('type: "BN" bn_param { bn_mode: LEARN }', "segnet (bn_mode)"),
        ('type: "BN" bn_param { decay: 0.9 scale_filler { } }', "wl-fcn (decay)"),
        ('type: "BN" bn_param { slope_filler { } }', "pspnet (slope_filler)"),
        ('type: "BN"', "pspnet (no field that tells)"),
        ('type: "BatchNorm" batch_norm_param { eps: 1e-4 }', ""),
        ('type: "BatchNorm" batch_norm_param { scale_bias: true }', "nv16 (scale_bias)"),
        ('type: "BatchNorm" batch_norm_param { bias_filler { } }', "nv16 (bias_filler)"),
        ('type: "BatchNorm" batch_norm_param { filler { } bias_filler { } }', "intel (filler)"),
        ('type: "Upsample" bottom: "a" bottom: "b"', "segnet (2 bottoms)"),
        ('type: "Upsample" bottom: "a"', "eric612 (1 bottom)"),
        ('type: "Interp" interp_param { height: 5 width: 5 }', ""),
        ('type: "Interp" interp_param { use_blob_size: true }', "soeaver (use_blob_size)"),
        ('type: "L1Loss" bottom: "a" bottom: "b"', "nv15 (no l1_loss_param)"),
        ('type: "L1Loss" bottom: "a"', "flownet2 (1 bottom)"),
        ('type: "L1Loss" l1_loss_param { }', "flownet2 (l1_loss_param)"),
        ('type: "Proposal" proposal_param { anchor_num: 9 }', "cambricon (anchor_num)"),
        ('type: "Proposal" proposal_param { ratio: 1 }', "happynear (no field that tells)"),
        ('type: "SmoothL1Loss"', ""),
        (
            'type: "SmoothL1Loss" smooth_l1_loss_param { sigma: 3 }',
            "fasterrcnn (smooth_l1_loss_param)",
        ),
        ('type: "Pooling" pooling_param { round_mode: FLOOR }', ""),
        (
            'type: "Pooling" pooling_param { ceil_mode: false }',
            "opencv, cambricon and pt2c (ceil_mode)",
        ),
        ('type: "Pooling" pooling_param { torch_pooling: true }', "TensorRT (torch_pooling)"),
    ],
)
def test_what_is_present_decides(layer: str, dialect: str) -> None:
    message = text_format.Parse(layer, proto.LayerParameter())
    schema = layers.find(message.type)
    assert schema is not None
    assert schema.dialect(message) == dialect
    assert schema.disputed


@pytest.mark.parametrize(
    ("rounding", "size"),
    [
        ("", 57),
        ("ceil_mode: true", 57),
        ("ceil_mode: false", 56),
        ("torch_pooling: true", 56),
        ("torch_pooling: false", 57),
        ("round_mode: FLOOR", 56),
        ("round_mode: CEIL ceil_mode: false", 57),
        ("ceil_mode: true torch_pooling: true", 57),
    ],
)
def test_pooling_rounds_as_it_is_told_in_any_spelling(rounding: str, size: int) -> None:
    # DenseNet's first: (112 + 2 - 3) / 2 is 55.5; the 57th window starts within the pad
    text = f'type: "Pooling" pooling_param {{ kernel_size: 3 stride: 2 pad: 1 {rounding} }}'
    bottom: Shape = (1, 64, 112, 112)
    assert infer(text, bottom).tops == ((1, 64, size, size),)


def test_a_note_tells_once_for_each_rule_taken() -> None:
    net = DATA % "dim: 2 dim: 3 dim: 8 dim: 8" + "".join(
        f'layer {{ name: "{name}" type: "BN" bottom: "data" top: "{name}" bn_param {{ {param} }} }}'
        for name, param in (("a", "bn_mode: LEARN"), ("b", "frozen: true"), ("c", "bn_mode: LEARN"))
    )
    result = infer_shapes(text_format.Parse(net, proto.NetParameter()))
    assert result.ok
    assert [str(d) for d in result.diagnostics] == [
        'note[F101] layer "a" (BN): is taken by the rule of segnet (bn_mode), for forks differ in'
        " BN; so is one more",
        'note[F101] layer "b" (BN): is taken by the rule of pspnet (frozen), for forks differ in'
        " BN",
    ]
    assert {d.severity for d in result.diagnostics} == {Severity.NOTE}


def test_an_unknown_type_of_some_fork_breaks_nothing_else() -> None:
    net = (
        DATA % "dim: 2 dim: 3"
        + 'layer { name: "a" type: "FixedNeuron" bottom: "data" top: "a" }'
        + 'layer { name: "b" type: "ReLU" bottom: "a" top: "b" }'
        + 'layer { name: "c" type: "ReLU" bottom: "data" top: "c" }'
    )
    message = text_format.Parse(net, proto.NetParameter())
    result = infer_shapes(message)
    assert [(d.name, d.layer) for d in result.diagnostics] == [("unknown-type", "a")]
    assert result.blobs == {"data": (2, 3), "a": None, "b": None, "c": (2, 3)}
    assert infer_shapes(message, inputs={"a": (2, 7)}).blobs["b"] == (2, 7)


def test_every_fork_layer_says_where_it_is_computed() -> None:
    unnamed = [s.type for s in all_types() if s.forks and ": " not in s.source]
    assert not unnamed
