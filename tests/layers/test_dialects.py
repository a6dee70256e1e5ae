"""Layer types that forks define differently, and the forks that define each type."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, layers, proto
from protogen.diagnostics import Severity
from protogen.layers import all_types, other_types

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { %s } } }'


@pytest.mark.parametrize(
    ("layer", "dialect"),
    [
        ('type: "BN" bn_param { bn_mode: LEARN }', "segnet (bn_mode)"),
        ('type: "BN" bn_param { decay: 0.9 scale_filler { } }', "wl-fcn (decay)"),
        ('type: "BN" bn_param { slope_filler { } }', "pspnet (slope_filler)"),
        # As in the published ILGNet, which has four param entries: slope, bias, mean, variance.
        (
            'type: "BN" bn_param { slope_filler { } bias_filler { } moving_average: true }',
            "pspnet (slope_filler)",
        ),
        ('type: "ROIAlign" roi_pooling_param { pooled_h: 7 }', "cascade (roi_pooling_param)"),
        ('type: "ROIAlign" roi_align_param { pooled_h: 7 }', ""),
        ('type: "BN"', "pspnet (no distinguishing field)"),
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
        ('type: "Proposal" proposal_param { ratio: 1 }', "happynear (no distinguishing field)"),
        ('type: "SmoothL1Loss"', ""),
        (
            'type: "SmoothL1Loss" smooth_l1_loss_param { sigma: 3 }',
            "fasterrcnn (smooth_l1_loss_param)",
        ),
        (
            'type: "SmoothL1Loss" bottom: "a" bottom: "b" bottom: "c"',
            "fastrcnn and rfcn (3 bottoms)",
        ),
        ('type: "SmoothL1Loss" top: "a" top: "b"', "rfcn (2 tops)"),
        ('type: "SoftmaxWithLoss" top: "a"', ""),
        ('type: "SoftmaxWithLoss" top: "a" top: "b" top: "c"', "rfcn (3 tops)"),
        (
            'type: "SoftmaxWithLoss" bottom: "a" bottom: "b" bottom: "c"',
            "happynear and intel (3 bottoms)",
        ),
        ('type: "Normalize"', ""),
        ('type: "Normalize" normalize_param { }', "happynear (normalize_param)"),
        ('type: "AnnotatedData" top: "a" top: "b" top: "c"', "eric612 (3 tops)"),
        ('type: "VideoData" image_data_param { }', "c3d (image_data_param)"),
        (
            'type: "VideoData" video_data_param { new_length: 16 }',
            "c3d and video-caffe (new_length)",
        ),
        ('type: "VideoData" video_data_param { num_segments: 3 }', "yjxiong (num_segments)"),
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
    assert schema.has_dialects


def test_a_note_for_each_rule_that_is_applied() -> None:
    net = DATA % "dim: 2 dim: 3 dim: 8 dim: 8" + "".join(
        f'layer {{ name: "{name}" type: "BN" bottom: "data" top: "{name}" bn_param {{ {param} }} }}'
        for name, param in (("a", "bn_mode: LEARN"), ("b", "frozen: true"), ("c", "bn_mode: LEARN"))
    )
    result = infer_shapes(text_format.Parse(net, proto.NetParameter()))
    assert result.ok
    assert [str(d) for d in result.diagnostics] == [
        'note[F101] layer "a" (BN): forks differ in BN; the rule of segnet (bn_mode) is applied'
        " (and 1 more layer)",
        'note[F101] layer "b" (BN): forks differ in BN; the rule of pspnet (frozen) is applied',
    ]
    assert {d.severity for d in result.diagnostics} == {Severity.NOTE}


def test_an_unknown_type_of_some_fork_breaks_nothing_else() -> None:
    net = (
        DATA % "dim: 2 dim: 3"
        + 'layer { name: "a" type: "FixedNeuron2" bottom: "data" top: "a" }'
        + 'layer { name: "b" type: "ReLU" bottom: "a" top: "b" }'
        + 'layer { name: "c" type: "ReLU" bottom: "data" top: "c" }'
    )
    message = text_format.Parse(net, proto.NetParameter())
    result = infer_shapes(message)
    assert [(d.name, d.layer) for d in result.diagnostics] == [("unknown-type", "a")]
    assert result.blobs == {"data": (2, 3), "a": None, "b": None, "c": (2, 3)}
    assert infer_shapes(message, inputs={"a": (2, 7)}).blobs["b"] == (2, 7)


# The forks that define a type ------------------------------------------------------------------

#: What BVLC Caffe registers at its last commit (``REGISTER_LAYER_CLASS`` and the creators).
BVLC = """
    AbsVal Accuracy ArgMax BNLL BatchNorm BatchReindex Bias Clip Concat ContrastiveLoss Convolution
    Crop Data Deconvolution Dropout DummyData ELU Eltwise Embed EuclideanLoss Exp Filter Flatten
    HDF5Data HDF5Output HingeLoss Im2col ImageData InfogainLoss InnerProduct Input LRN LSTM LSTMUnit
    Log MVN MemoryData MultinomialLogisticLoss PReLU Parameter Pooling Power Python RNN ReLU
    Reduction Reshape SPP Scale Sigmoid SigmoidCrossEntropyLoss Silence Slice Softmax
    SoftmaxWithLoss Split Swish TanH Threshold Tile WindowData
"""


def test_every_type_but_bvlcs_says_which_forks_define_it() -> None:
    schemas = (*all_types(), *other_types())
    assert {schema.type for schema in schemas if not schema.forks} == set(BVLC.split())


def test_no_fork_is_named_twice() -> None:
    """A fork that caffe.proto marks at the parameter message is not repeated in the schema."""
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    repeated = {
        schema.type: set(proto.forks_of(fields[schema.param])) & set(schema.unmarked_forks)
        for schema in (*all_types(), *other_types())
        if schema.param
    }
    assert not any(repeated.values())
    assert all(len(set(schema.forks)) == len(schema.forks) for schema in all_types())


@pytest.mark.parametrize(
    ("layer_type", "forks"),
    [
        ("PriorBox", "ssd sstd rrc intel nv17 xilinx eric612 cambricon"),  # by its message
        ("Upsample", "segnet enet eric612 cambricon darknet2caffe c-onnx"),
        ("Interp", "pspnet cambricon soeaver"),
        ("Axpy", "senet intel nv17 eric612 happynear cambricon"),  # without a message
        ("ReLU6", "eric612 xilinx"),  # Xilinx's without a message
        ("L1Loss", "nv15 nv16 nv17 xilinx flownet2"),
        (
            "SmoothL1Loss",
            "fastrcnn fasterrcnn rfcn intel xilinx ssd sstd rrc nv17 eric612 yjxiong happynear",
        ),
        ("Normalize", "ssd intel nv17 xilinx eric612 cambricon wl-fcn yjxiong happynear"),
    ],
)
def test_the_forks_of_a_type(layer_type: str, forks: str) -> None:
    """The forks are those whose sources register the type."""
    schema = layers.find(layer_type)
    assert schema is not None
    assert set(forks.split()) <= set(schema.forks)


@pytest.mark.parametrize("layer_type", ["SmoothL1LossOHEM", "SoftmaxWithLossOHEM"])
def test_types_with_messages_of_other_types(layer_type: str) -> None:
    schema = layers.find(layer_type)
    assert schema is not None
    assert schema.forks == ("intel",)


def test_every_type_of_a_fork_says_where_it_is_computed() -> None:
    assert [s.type for s in all_types() if s.forks and ": " not in s.source] == []
