"""Rules about nets and solvers in older formats of Caffe."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules._reasons import ABORTS
from protogen.rules.registry import Rule, register

_CONVERTED = """
    Caffe converts the net in memory each time it loads it. Other programs may not know the format.
    """
_UPGRADE = "Run `protogen upgrade --in-place FILE`."

register(
    # upgrade_proto.cpp logs: "Attempting to upgrade input file specified using deprecated
    # V0LayerParameter", and what upgrade_net_proto_text is for.
    Rule(
        code="T201",
        name="legacy-v0",
        severity=Severity.NOTE,
        summary="A net in Caffe's first format (V0).",
        what="Finds `layers { layer { ... } }`.",
        why=_CONVERTED,
        fix=_UPGRADE,
        bad="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer {
                name: "conv1"
                type: "conv"
                num_output: 20
                kernelsize: 5
              }
              bottom: "data"
              top: "conv1"
            }
            """,
        good="""
            layer {
              name: "input"
              type: "Input"
              top: "data"
              input_param {
                shape {
                  dim: 1
                  dim: 3
                  dim: 28
                  dim: 28
                }
              }
            }
            layer {
              name: "conv1"
              type: "Convolution"
              bottom: "data"
              top: "conv1"
              convolution_param {
                num_output: 20
                kernel_size: 5
              }
            }
            """,
    ),
    # upgrade_proto.cpp logs the same for V1LayerParameter.
    Rule(
        code="T202",
        name="legacy-v1",
        severity=Severity.NOTE,
        summary="A net in Caffe's second format (V1).",
        what="Finds `layers { ... }`, with types in capital letters and without quotes.",
        why=_CONVERTED,
        fix=_UPGRADE,
        bad="""
            layers {
              name: "data"
              type: DUMMY_DATA
              top: "data"
              dummy_data_param {
                shape { dim: 1 dim: 3 dim: 28 dim: 28 }
              }
            }
            layers {
              name: "relu"
              type: RELU
              bottom: "data"
              top: "relu"
            }
            """,
        good="""
            layer {
              name: "data"
              type: "DummyData"
              top: "data"
              dummy_data_param {
                shape {
                  dim: 1
                  dim: 3
                  dim: 28
                  dim: 28
                }
              }
            }
            layer {
              name: "relu"
              type: "ReLU"
              bottom: "data"
              top: "relu"
            }
            """,
    ),
    # upgrade_proto.cpp logs it for "deprecated transformation parameters".
    Rule(
        code="T203",
        name="legacy-data-transform",
        severity=Severity.NOTE,
        summary="A V1 data layer with the fields of `transform_param` in its own message.",
        what="Finds `scale`, `mean_file`, `crop_size` and `mirror` in the message of a data layer.",
        why=_CONVERTED,
        fix=_UPGRADE,
        # V0 and the first V1 nets had these fields; transform_param came later.
        bad="""
            layers {
              name: "data"
              type: DATA
              top: "data"
              data_param {
                source: "train_lmdb"
                batch_size: 32
                crop_size: 227
              }
            }
            """,
        good="""
            layer {
              name: "data"
              type: "Data"
              top: "data"
              transform_param {
                crop_size: 227
              }
              data_param {
                source: "train_lmdb"
                batch_size: 32
              }
            }
            """,
    ),
    # upgrade_proto.cpp logs it for "deprecated input fields".
    Rule(
        code="T204",
        name="legacy-input",
        severity=Severity.NOTE,
        summary="Inputs given as fields of the net.",
        what="Finds `input` with `input_shape` or `input_dim`.",
        why="""
            Caffe replaces them with an Input layer each time it loads the net. Other programs may
            not know the fields.
            """,
        fix=_UPGRADE,
        # How deploy nets were written before there was an Input layer.
        bad="""
            input: "data"
            input_shape {
              dim: 1
              dim: 3
              dim: 28
              dim: 28
            }
            """,
        good="""
            layer {
              name: "input"
              type: "Input"
              top: "data"
              input_param {
                shape {
                  dim: 1
                  dim: 3
                  dim: 28
                  dim: 28
                }
              }
            }
            """,
    ),
    # UpgradeNetBatchNorm: the first BatchNorm required three params, which no gradient may change.
    Rule(
        code="T205",
        name="legacy-batch-norm",
        severity=Severity.NOTE,
        summary="A BatchNorm with `param` entries, which its first version needed.",
        what="Finds BatchNorm layers with three `param` entries whose multipliers are not all 0.",
        why="""
            The blobs of a BatchNorm are statistics that no gradient changes. Caffe sets the
            multipliers to 0 each time it loads the net.
            """,
        fix=_UPGRADE,
        bad="""
            layer {
              name: "data"
              type: "Input"
              top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "bn"
              type: "BatchNorm"
              bottom: "data"
              top: "bn"
              param { lr_mult: 1 }
              param { lr_mult: 1 }
              param { lr_mult: 1 }
            }
            """,
        good="""
            layer {
              name: "data"
              type: "Input"
              top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "bn"
              type: "BatchNorm"
              bottom: "data"
              top: "bn"
              param { lr_mult: 0.0 decay_mult: 0.0 }
              param { lr_mult: 0.0 decay_mult: 0.0 }
              param { lr_mult: 0.0 decay_mult: 0.0 }
            }
            """,
    ),
    # UpgradeSolverType: the types were an enum before solvers were registered by name.
    Rule(
        code="T206",
        name="legacy-solver-type",
        severity=Severity.NOTE,
        summary="A solver type given by the old field `solver_type`.",
        what="Finds `solver_type`.",
        why="""
            Caffe converts it in memory each time it loads the solver. Other programs may not know
            the field.
            """,
        fix=_UPGRADE,
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            base_lr: 0.001
            lr_policy: "fixed"
            max_iter: 10000
            solver_type: ADAM
            """,
        good="""
            net: "train_val.prototxt"
            base_lr: 0.001
            lr_policy: "fixed"
            max_iter: 10000
            type: "Adam"
            """,
    ),
    # upgrade_proto.cpp logs: "Unknown parameter num_output for layer type pool", and goes on.
    Rule(
        code="T210",
        name="legacy-unknown-field",
        severity=Severity.WARNING,
        summary="A field of an old layer that does not belong to its type.",
        what="Looks up where the current format has each field of the first format.",
        why="The upgraded net does not have the field. Caffe logs this and continues.",
        fix="Remove the field.",
        # A pooling has no num_output.
        bad="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "pool1" type: "pool" kernelsize: 2 stride: 2 num_output: 3 }
              bottom: "data"
              top: "pool1"
            }
            """,
        good="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "pool1" type: "pool" kernelsize: 2 stride: 2 }
              bottom: "data"
              top: "pool1"
            }
            """,
    ),
    # A warning, because Caffe drops the field without a message.
    Rule(
        code="T211",
        name="legacy-dropped-field",
        severity=Severity.WARNING,
        summary="A field of an old net that Caffe's upgrade drops silently.",
        what="Compares the fields in the text with those that Caffe's upgrade reads.",
        why="The net that Caffe loads does not have the field.",
        fix="Remove the field, or add what it needs. Here, an `input` needs a shape.",
        # Without a shape, Caffe drops the name.
        bad="""
            input: "data"
            """,
        good="""
            input: "data"
            input_shape { dim: 1 dim: 3 dim: 28 dim: 28 }
            """,
    ),
    # upgrade_proto.cpp: "Unknown layer name: convolution".
    Rule(
        code="T220",
        name="legacy-unknown-type",
        severity=Severity.ERROR,
        summary="A layer type that the old format does not have.",
        what="Looks up the type of each layer of an old net.",
        why=ABORTS,
        fix="Use the type's name in the old format, or write the whole net in the current format.",
        # V0 called it "conv".
        bad="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "conv1" type: "convolution" num_output: 20 kernelsize: 5 }
              bottom: "data"
              top: "conv1"
            }
            """,
        good="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "conv1" type: "conv" num_output: 20 kernelsize: 5 }
              bottom: "data"
              top: "conv1"
            }
            """,
    ),
    # upgrade_proto.cpp: "Unknown blob input dta to layer 0", with the number of the bottom.
    Rule(
        code="T221",
        name="legacy-unknown-bottom",
        severity=Severity.ERROR,
        summary="A bottom in a V0 net that no earlier layer produces.",
        what="Follows the blobs from layer to layer, as Caffe does to find padding layers.",
        why=ABORTS,
        fix="Correct the name of the bottom.",
        # A typo: there is no "dta".
        bad="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "conv1" type: "conv" num_output: 20 kernelsize: 5 }
              bottom: "dta"
              top: "conv1"
            }
            """,
        good="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "conv1" type: "conv" num_output: 20 kernelsize: 5 }
              bottom: "data"
              top: "conv1"
            }
            """,
    ),
    # upgrade_proto.cpp: "Padding layer input to non-convolutional / non-pooling layer type".
    Rule(
        code="T222",
        name="legacy-padding",
        severity=Severity.ERROR,
        summary="A V0 padding layer that does not belong to a convolution or pooling.",
        what="Moves the `pad` of each padding layer to the layer that reads it.",
        why=ABORTS,
        fix="Remove the padding layer.",
        # A padding layer is folded into the pad of the layer that reads it.
        bad="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "pad" type: "padding" pad: 2 }
              bottom: "data"
              top: "pad"
            }
            layers {
              layer { name: "fc" type: "innerproduct" num_output: 10 }
              bottom: "pad"
              top: "fc"
            }
            """,
        good="""
            input: "data"
            input_dim: 1
            input_dim: 3
            input_dim: 28
            input_dim: 28
            layers {
              layer { name: "fc" type: "innerproduct" num_output: 10 }
              bottom: "data"
              top: "fc"
            }
            """,
    ),
    # upgrade_proto.cpp: "Refusing to upgrade inconsistent NetParameter input".
    Rule(
        code="T223",
        name="legacy-mixed",
        severity=Severity.ERROR,
        summary="Layers of the second format (V1) and of the current format in one net.",
        what="Finds nets with both `layers` and `layer`.",
        why=ABORTS,
        fix="Write all layers as `layer`: `protogen upgrade` does this.",
        # A safe fix: each layer is converted by itself, and nothing else changes.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layers {
              name: "relu" type: RELU bottom: "data" top: "relu"
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
    ),
    # Caffe crashes without a message: it reads the sizes without looking for them.
    Rule(
        code="T224",
        name="legacy-input-shape",
        severity=Severity.ERROR,
        summary="An `input` without a shape, next to one with a shape.",
        what="Counts `input`, and `input_shape` or groups of four `input_dim`.",
        why="Caffe reads past the end of the list of shapes.",
        fix="Give one shape for each `input`, in the same order.",
        bad="""
            input: "data"
            input: "rois"
            input_shape { dim: 1 dim: 3 dim: 600 dim: 800 }
            """,
        good="""
            input: "data"
            input: "rois"
            input_shape { dim: 1 dim: 3 dim: 600 dim: 800 }
            input_shape { dim: 300 dim: 5 }
            """,
    ),
    # UpgradeSolverType: "old solver_type field (enum) and new type field (string) cannot be
    # both specified in solver proto text".
    Rule(
        code="T225",
        name="legacy-solver-type-twice",
        severity=Severity.ERROR,
        summary="A solver with both `solver_type` and `type`.",
        what="Finds solvers with both the old and the new field.",
        why="Caffe aborts while it loads the solver.",
        fix="Keep `type`.",
        file="solver.prototxt",
        files={"train_val.prototxt": ""},
        bad="""
            net: "train_val.prototxt"
            base_lr: 0.001
            lr_policy: "fixed"
            max_iter: 10000
            type: "Adam"
            solver_type: ADAM
            """,
        good="""
            net: "train_val.prototxt"
            base_lr: 0.001
            lr_policy: "fixed"
            max_iter: 10000
            type: "Adam"
            """,
    ),
    # Protobuf: "Expected string, got: CONVOLUTION".
    Rule(
        code="T226",
        name="legacy-parts",
        severity=Severity.ERROR,
        summary="A `layer` with parts of the second format (V1).",
        what="""
            Finds types without quotes, `blobs_lr`, `weight_decay` and names of shared blobs as V1
            writes them, and `lr_mult` and `decay_mult` outside `param`, in the layer or in its
            parameters. The rest is checked.
            """,
        why="""
            A `layer` has its type in quotes, and a `param` for each learnable blob. Caffe cannot
            parse the file and aborts.
            """,
        fix="Write the layer in the current format: `protogen upgrade` does this.",
        # Usually a net that was converted by hand, but not to its end.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1"
              type: CONVOLUTION
              bottom: "data"
              top: "conv1"
              blobs_lr: 1
              blobs_lr: 2
              weight_decay: 1
              weight_decay: 0
              convolution_param {
                num_output: 20
                kernel_size: 5
                weight_filler { type: "xavier" }
              }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1"
              type: "Convolution"
              bottom: "data"
              top: "conv1"
              param { lr_mult: 1 decay_mult: 1 }
              param { lr_mult: 2 decay_mult: 0 }
              convolution_param {
                num_output: 20
                kernel_size: 5
                weight_filler { type: "xavier" }
              }
            }
            """,
    ),
    # Protobuf: "Expected integer or identifier, got: "Input"".
    Rule(
        code="T227",
        name="current-parts",
        severity=Severity.ERROR,
        summary="A `layers` block with parts of the current format.",
        what="""
            Finds types in quotes in `layers`, and fields that only a `layer` has, such as
            `input_param`. If there is `layer` in the net too, it is `legacy-mixed`.
            """,
        why="""
            `layers` has types in capital letters and without quotes. Caffe cannot parse the file
            and aborts.
            """,
        fix="Write all layers as `layer`: `protogen upgrade` does this.",
        # The other way round: a block that was copied from a newer net.
        bad="""
            layers {
              name: "data"
              type: "Input"
              top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layers {
              name: "relu"
              type: RELU
              bottom: "data"
              top: "relu"
            }
            """,
        fixed="""
            layer {
              name: "data"
              type: "Input"
              top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "relu"
              type: "ReLU"
              bottom: "data"
              top: "relu"
            }
            """,
    ),
)
