"""Rules about the layers of a net together, and about the data that they read."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules._reasons import ABORTS
from protogen.rules.registry import Rule, register

register(
    # `protogen.graph` finds it. insert_splits.cpp: "Unknown bottom blob 'dta' (layer 'relu', ...)".
    Rule(
        code="G101",
        name="unknown-bottom",
        severity=Severity.ERROR,
        summary="A bottom that no earlier layer produces.",
        what="Follows the blobs from layer to layer, separately in each phase.",
        why="""
            Caffe aborts while it loads the net. A net can load in TRAIN but not in TEST, if the
            layer that produces the blob runs only in TRAIN.
            """,
        fix="Correct the name of the bottom, or move the layer that produces the blob up.",
        # A typo: there is no "dta".
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "dta" top: "relu"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
    ),
    # net.cpp: "Top blob 'conv1' produced by multiple sources."
    Rule(
        code="G102",
        name="duplicate-top",
        severity=Severity.ERROR,
        summary="A blob that two layers produce.",
        what="""
            Follows the blobs from layer to layer. Only an in-place layer, which reads the blob too,
            may produce it again.
            """,
        why=ABORTS,
        fix="Give the second top another name, and use it in the layers that read it.",
        # A copied layer, of which only the name was changed.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            layer {
              name: "conv2" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
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
            layer {
              name: "conv2" type: "Convolution" bottom: "data" top: "conv2"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
    ),
    # Caffe has the same message as for `duplicate-top`, because it has renamed the bottom.
    Rule(
        code="G103",
        name="in-place-after-split",
        severity=Severity.ERROR,
        summary="An in-place layer on a blob that another layer also reads.",
        what="Lists the layers that read each blob. An in-place layer must be the only one.",
        why="""
            Caffe gives each reader a copy of the blob with its own name. The layer then no
            longer runs in place: it produces the blob a second time, and Caffe aborts.
            """,
        fix="Give the in-place layer its own top, or move it before the other readers.",
        # The Split for two readers gives "conv1" other names before the ReLU looks for its bottom.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            layer {
              name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            layer {
              name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1"
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
            layer {
              name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            layer {
              name: "relu1" type: "ReLU" bottom: "conv1" top: "relu1"
            }
            """,
    ),
    # layer_factory.hpp: "Unknown layer type: Relu (known types: AbsVal, Accuracy, ...)".
    Rule(
        code="G104",
        name="unknown-type",
        severity=Severity.ERROR,
        summary="A layer type that does not exist in Caffe or in a known fork of Caffe.",
        what="Looks up the type of each layer. The case of letters matters.",
        why=ABORTS,
        fix="Correct the type; `protogen layers` lists all types.",
        # Types are case-sensitive. In V1 they were enum values, such as RELU.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "relu" type: "Relu" bottom: "data" top: "relu"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
    ),
    # Net::FilterNet: "Specify either include rules or exclude rules; not both."
    Rule(
        code="G105",
        name="include-and-exclude",
        severity=Severity.ERROR,
        summary="A layer with both `include` and `exclude` rules.",
        what="Finds layers that have rules of both kinds.",
        why="Caffe aborts while it loads the net, even if both rules say the same thing.",
        fix="Use only one kind of rule; `not_stage` in an `include` excludes a stage.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "drop" type: "Dropout" bottom: "data" top: "data"
              include { phase: TRAIN } exclude { stage: "deploy" }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "drop" type: "Dropout" bottom: "data" top: "data"
              include { phase: TRAIN not_stage: "deploy" }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
    ),
    # net.cpp: "propagate_down param must be specified either 0 or bottom_size times".
    Rule(
        code="G106",
        name="propagate-down-count",
        severity=Severity.ERROR,
        summary="A layer with a different number of `propagate_down` values than bottoms.",
        what="Counts the `propagate_down` values of each layer that has any.",
        why=ABORTS,
        fix="Give one `propagate_down` for each bottom, or none.",
        # One value for two bottoms.
        bad="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum"
              propagate_down: true
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum"
              propagate_down: true propagate_down: false
            }
            """,
    ),
    # split_layer.cpp: "Check failed: count_ == top[i]->count() (0 vs. 1)". One reader is no Split.
    Rule(
        code="G108",
        name="no-input-shape",
        severity=Severity.ERROR,
        summary="An Input layer without a shape whose top has several readers.",
        what="Finds Input layers without a `shape` and with a top that two or more layers read.",
        why="""
            Such a top has no elements. Caffe adds a Split layer after a top with several readers,
            and the Split layer aborts on it.
            """,
        fix="Add the shape.",
        # Two readers: with one, there would be no Split, and Caffe would accept the empty blob.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            layer {
              name: "tanh" type: "TanH" bottom: "data" top: "tanh"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            layer {
              name: "tanh" type: "TanH" bottom: "data" top: "tanh"
            }
            """,
    ),
    # image_data_layer.cpp: "File is empty". Other data layers abort in the same way.
    Rule(
        code="G109",
        name="data-source",
        severity=Severity.ERROR,
        summary="A data source that exists, but has no usable data.",
        what="Reads the first record of the source of each data layer, if the source exists.",
        why=ABORTS,
        fix="Create the source again, or use another source. Here, `empty.txt` is an empty file.",
        files={
            "empty.txt": "",
            "train.txt": "cat.ppm 0\n",
            "cat.ppm": "P6\n2 2\n255\n0123456789ab",
        },
        bad="""
            layer {
              name: "data" type: "ImageData" top: "data" top: "label"
              image_data_param { source: "empty.txt" batch_size: 32 }
            }
            """,
        good="""
            layer {
              name: "data" type: "ImageData" top: "data" top: "label"
              image_data_param { source: "train.txt" batch_size: 32 }
            }
            """,
    ),
    # A warning: what cannot be read here may be right where Caffe runs.
    Rule(
        code="G110",
        name="data-source-unread",
        severity=Severity.WARNING,
        summary="A data source that exists, but that protogen cannot read.",
        what="""
            Finds data layers whose source is a LevelDB, or needs a Python package that is not
            installed.
            """,
        why="""
            The shapes of the data are unknown, and so are most shapes that depend on them. Caffe
            may be able to read the source.
            """,
        fix="""
            Give the shape with `--input data=32,3,227,227`, or install the package. In the example,
            `train_leveldb` is a LevelDB.
            """,
        files={"train_leveldb/CURRENT": "MANIFEST-000002\n"},
        bad="""
            layer {
              name: "data" type: "Data" top: "data"
              data_param { source: "train_leveldb" batch_size: 32 backend: LEVELDB }
            }
            """,
        good="""
            layer {
              name: "data" type: "Data" top: "data"
              data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
            }
            """,
    ),
    # Only for shapes that a caller gives, with `--input` or `inputs`.
    Rule(
        code="G111",
        name="input-contradiction",
        severity=Severity.WARNING,
        summary="A shape given for a data layer's top that contradicts the layer.",
        what="""
            Compares the shapes of `--input`, of the settings and of `inputs=` with the sizes that
            a data layer states itself, such as its `crop_size`. The batch is not compared: it is
            always that of the layer, which may differ in TRAIN and TEST.
            """,
        why="""
            Caffe uses the sizes that the layer states, and so does protogen. The shape that was
            given has no effect where it differs.
            """,
        fix="""
            Give `?` for the sizes that the layer states, or change the layer. In the example, the
            settings give a shape of 1x3x224x224.
            """,
        files={"protogen.toml": '[inputs]\ndata = "1,3,224,224"\n'},
        bad="""
            layer {
              name: "data" type: "Data" top: "data" top: "label"
              transform_param { crop_size: 227 }
              data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
            }
            """,
        good="""
            layer {
              name: "data" type: "Data" top: "data" top: "label"
              transform_param { crop_size: 224 }
              data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
            }
            """,
    ),
    # BVLC Caffe aborts at any of these fields, and a fork reads its own meaning into them.
    Rule(
        code="F101",
        name="fork-dialect",
        severity=Severity.NOTE,
        summary="A layer type that means different things in different forks of Caffe.",
        what="Reports the fork whose definition was used, and the field that decided it.",
        why="Another fork, or a converter, may compute other shapes for the same text.",
        fix="""
            No change is needed if the net is for this fork. Otherwise, use a layer type of BVLC
            Caffe.
            """,
        # SegNet's, PSPNet's and another fork's BN learn different blobs.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "bn" type: "BN" bottom: "data" top: "bn"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
            }
            layer {
              name: "scale" type: "Scale" bottom: "bn" top: "bn"
              scale_param { bias_term: true }
            }
            """,
    ),
)
