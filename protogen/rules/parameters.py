"""Rules about the parameters of one layer, and about what it learns."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules._reasons import ABORTS_WITHOUT_PLACE
from protogen.rules.registry import Rule, register

register(
    # The `check` of a schema finds it. Caffe: "Check failed: num_output_ > 0 (0 vs. 0)".
    Rule(
        code="S101",
        name="layer-parameter",
        severity=Severity.ERROR,
        summary="A parameter that Caffe rejects.",
        what="Runs the checks that each layer type runs on its own parameters at set-up.",
        why=ABORTS_WITHOUT_PLACE,
        fix="""
            Correct the parameter that the finding names. `docs/layers` describes the parameters of
            each layer type.
            """,
        # num_output is missing, and its default is 0.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { kernel_size: 5 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
    ),
    # filler.hpp: "Unknown filler name: xaviar".
    Rule(
        code="S109",
        name="filler",
        severity=Severity.ERROR,
        summary="A filler that Caffe does not have, or that cannot fill its blob.",
        what="Looks up the type of each filler, and runs the checks of that filler.",
        why=ABORTS_WITHOUT_PLACE,
        fix="Correct the type or the parameters of the filler.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param {
                num_output: 20 kernel_size: 5
                weight_filler { type: "xaviar" }
              }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param {
                num_output: 20 kernel_size: 5
                weight_filler { type: "xavier" }
              }
            }
            """,
    ),
    # layer.hpp: "loss_weight must be unspecified or specified once per top blob."
    Rule(
        code="S111",
        name="loss-weight-count",
        severity=Severity.ERROR,
        summary="A layer with a different number of `loss_weight` values than tops.",
        what="Counts the `loss_weight` values of each layer that has any.",
        why=ABORTS_WITHOUT_PLACE,
        fix="Give one `loss_weight` for each top, or none.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 10 } shape { dim: 32 } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "data" bottom: "label" top: "loss" loss_weight: 1 loss_weight: 0.3
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 10 } shape { dim: 32 } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "data" bottom: "label" top: "loss" loss_weight: 1
            }
            """,
    ),
    # net.cpp: "Too many params specified for layer conv1".
    Rule(
        code="S112",
        name="param-count",
        severity=Severity.ERROR,
        summary="A layer with more `param` entries than learnable blobs.",
        what="Compares the number of `param` entries with the number of learnable blobs.",
        why=ABORTS_WITHOUT_PLACE,
        fix="Remove the `param` entries that belong to no blob.",
        # Without a bias there is one learnable blob, the weights.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              param { name: "conv1_w" } param { name: "conv1_b" }
              convolution_param { num_output: 20 kernel_size: 5 bias_term: false }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              param { name: "conv1_w" }
              convolution_param { num_output: 20 kernel_size: 5 bias_term: false }
            }
            """,
    ),
    # net.cpp: "Cannot share param 'w' owned by layer 'conv1' with layer 'conv2'; shape mismatch."
    Rule(
        code="S113",
        name="shared-param-mismatch",
        severity=Severity.ERROR,
        summary="Params with the same name that cannot be the same blob.",
        what="Compares the shapes and multipliers of all params with the same name.",
        why=ABORTS_WITHOUT_PLACE,
        fix="""
            Give the params different names. If the shapes differ but the number of elements
            is the same, `share_mode: PERMISSIVE` lets them share a blob.
            """,
        # 20x3x5x5 and 20x3x3x3.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              param { name: "w" }
              convolution_param { num_output: 20 kernel_size: 5 bias_term: false }
            }
            layer {
              name: "conv2" type: "Convolution" bottom: "data" top: "conv2"
              param { name: "w" }
              convolution_param { num_output: 20 kernel_size: 3 bias_term: false }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              param { name: "w1" }
              convolution_param { num_output: 20 kernel_size: 5 bias_term: false }
            }
            layer {
              name: "conv2" type: "Convolution" bottom: "data" top: "conv2"
              param { name: "w2" }
              convolution_param { num_output: 20 kernel_size: 3 bias_term: false }
            }
            """,
    ),
    # R-FCN declares these fields as required, so that its parser rejects the net.
    Rule(
        code="S114",
        name="required-field",
        severity=Severity.ERROR,
        summary="A layer without a field that its type requires.",
        what="Looks for the fields that each layer type requires.",
        why=ABORTS_WITHOUT_PLACE,
        fix="Add the field.",
        # After R-FCN for 21 classes: 1029 = 21 * 7 * 7 channels.
        bad="""
            layer {
              name: "data" type: "Input" top: "maps" top: "rois"
              input_param {
                shape { dim: 1 dim: 1029 dim: 14 dim: 14 } shape { dim: 300 dim: 5 }
              }
            }
            layer {
              name: "pool" type: "PSROIPooling"
              bottom: "maps" bottom: "rois" top: "pool"
              psroi_pooling_param { output_dim: 21 group_size: 7 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "maps" top: "rois"
              input_param {
                shape { dim: 1 dim: 1029 dim: 14 dim: 14 } shape { dim: 300 dim: 5 }
              }
            }
            layer {
              name: "pool" type: "PSROIPooling"
              bottom: "maps" bottom: "rois" top: "pool"
              psroi_pooling_param { output_dim: 21 group_size: 7 spatial_scale: 0.0625 }
            }
            """,
    ),
)
