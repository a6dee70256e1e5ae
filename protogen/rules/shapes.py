"""Rules about the parameters of one layer and the shapes of its blobs."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

_ABORTS = "Caffe aborts while it loads the net. Its message names neither the layer nor the field."

register(
    Rule(
        code="S101",
        name="layer-parameter",
        severity=Severity.ERROR,
        summary="A parameter that Caffe rejects.",
        what="Runs the checks that each layer type runs on its own parameters at set-up.",
        why=_ABORTS,
        fix="""
            Correct the parameter that the finding names. `docs/layers` describes the parameters of
            each layer type.
            """,
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
    Rule(
        code="S102",
        name="blob-count",
        severity=Severity.ERROR,
        summary="A layer with more or fewer bottoms or tops than its type allows.",
        what="Counts the bottoms and tops of each layer.",
        why=_ABORTS,
        fix="""
            Add the missing bottom or top, or remove one. `protogen layers TYPE` shows how many a
            type takes.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "a" top: "sum"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum"
            }
            """,
    ),
    Rule(
        code="S103",
        name="axis-out-of-range",
        severity=Severity.ERROR,
        summary="An axis that the bottom does not have.",
        what="""
            Compares each axis in a layer's parameters with the number of axes of its bottom. Axes
            count from 0, or backward from -1, the last axis.
            """,
        why=_ABORTS,
        fix="Use an axis of the bottom.",
        bad="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "concat" type: "Concat" bottom: "a" bottom: "b" top: "concat"
              concat_param { axis: 4 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "concat" type: "Concat" bottom: "a" bottom: "b" top: "concat"
              concat_param { axis: 1 }
            }
            """,
    ),
    Rule(
        code="S104",
        name="bottom-shape-mismatch",
        severity=Severity.ERROR,
        summary="Bottoms of one layer with shapes that do not match.",
        what="""
            Compares the bottoms of Eltwise, Concat, Crop, the losses and all other layers with
            several bottoms. If sizes or numbers of elements differ, it goes back to where both come
            from and lists what each layer on the way does to the size: a rounding, a window, a
            Permute, or the `num_output` that sets it. Each equation was verified with its numbers,
            and each change in the hint was tried: with it, the layer is accepted, and no other
            error appears. The hint says what a change keeps. Changes of what the net computes, and
            of the shape of weights, come last.
            """,
        why="""
            Caffe aborts while it loads the net. Usually two branches differ by one row because
            Caffe rounds up in a Pooling and down in a Convolution, or because an upsampling layer
            doubles a size that was rounded up earlier.
            """,
        fix="""
            Round the Pooling down with `round_mode: FLOOR`, crop the larger bottom with a Crop
            layer, or use an input size for which nothing is rounded. The first is the safe fix. If
            a head has the wrong number of channels, the hint gives the `num_output` that fits.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }
            }
            layer {
              name: "conv" type: "Convolution" bottom: "data" top: "conv"
              convolution_param { num_output: 3 kernel_size: 3 stride: 2 }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "conv" bottom: "pool" top: "sum"
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }
            }
            layer {
              name: "conv" type: "Convolution" bottom: "data" top: "conv"
              convolution_param { num_output: 3 kernel_size: 3 stride: 2 }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "conv" bottom: "pool" top: "sum"
            }
            """,
    ),
    Rule(
        code="S105",
        name="axis-count",
        severity=Severity.ERROR,
        summary="A bottom with more or fewer axes than the layer type reads.",
        what="Counts the axes of each bottom of layer types that read a fixed number of axes.",
        why=_ABORTS,
        fix="Move the layer to where its bottom has these axes, or add a Reshape layer.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 100 }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "fc" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "pool" top: "fc"
              inner_product_param { num_output: 100 }
            }
            """,
    ),
    Rule(
        code="S106",
        name="blob-shape",
        severity=Severity.ERROR,
        summary="A shape that a blob cannot have, or that the layer cannot process.",
        what="Finds sizes of zero or below, blobs over 2147483647 elements, and over 32 axes.",
        why="Caffe aborts while it loads the net, or in the first pass.",
        fix="Use a smaller batch, or smaller images.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 64 dim: 3 dim: 4096 dim: 4096 } }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 32 dim: 3 dim: 4096 dim: 4096 } }
            }
            """,
    ),
    Rule(
        code="S107",
        name="kernel-exceeds-bottom",
        severity=Severity.ERROR,
        summary="A kernel that does not fit into its padded bottom.",
        what="""
            Computes the number of windows of each Convolution, Deconvolution and Im2col, and where
            the last window of a padded Pooling starts.
            """,
        why="""
            There would be no window, and Caffe aborts while it loads the net. Usually the images
            are too small for the strides of the earlier layers.
            """,
        fix="Use larger images, a smaller kernel, or more padding.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 256 dim: 4 dim: 4 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 7 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 256 dim: 4 dim: 4 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 3 }
            }
            """,
    ),
    Rule(
        code="S108",
        name="group-does-not-divide",
        severity=Severity.ERROR,
        summary="A `group` that does not divide the number of channels.",
        what="Divides the channels of the bottom, and `num_output`, by `group`.",
        why=_ABORTS,
        fix="Use a `group` that divides both.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 48 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 3 group: 3 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 48 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 3 group: 4 }
            }
            """,
    ),
    Rule(
        code="S109",
        name="filler",
        severity=Severity.ERROR,
        summary="A filler that Caffe does not have, or that cannot fill its blob.",
        what="Looks up the type of each filler, and runs the checks of that filler.",
        why=_ABORTS,
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
    Rule(
        code="S110",
        name="in-place-forbidden",
        severity=Severity.ERROR,
        summary="An in-place layer of a type that cannot run in place.",
        what="""
            Finds layers whose top has the name of their bottom, and whose type rejects this at
            set-up.
            """,
        why=_ABORTS,
        fix="Give the layer its own top.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "flat" type: "Flatten" bottom: "data" top: "data"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "flat" type: "Flatten" bottom: "data" top: "flat"
            }
            """,
    ),
    Rule(
        code="S111",
        name="loss-weight-count",
        severity=Severity.ERROR,
        summary="A layer with a different number of `loss_weight` values than tops.",
        what="Counts the `loss_weight` values of each layer that has any.",
        why=_ABORTS,
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
    Rule(
        code="S112",
        name="param-count",
        severity=Severity.ERROR,
        summary="A layer with more `param` entries than learnable blobs.",
        what="Compares the number of `param` entries with the number of learnable blobs.",
        why=_ABORTS,
        fix="Remove the `param` entries that belong to no blob.",
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
    Rule(
        code="S113",
        name="shared-param-mismatch",
        severity=Severity.ERROR,
        summary="Params with the same name that cannot be the same blob.",
        what="Compares the shapes and multipliers of all params with the same name.",
        why=_ABORTS,
        fix="""
            Give the params different names. If the shapes differ but the number of elements
            is the same, `share_mode: PERMISSIVE` lets them share a blob.
            """,
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
    Rule(
        code="S114",
        name="required-field",
        severity=Severity.ERROR,
        summary="A layer without a field that its type requires.",
        what="Looks for the fields that each layer type requires.",
        why=_ABORTS,
        fix="Add the field.",
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
    Rule(
        code="S115",
        name="no-crop-offset",
        severity=Severity.ERROR,
        summary="Two blobs that no Crop can align.",
        what="""
            Computes the offset that a program asks for with `protogen.crop_offset`, or with
            `L.Crop(a, b, offset="aligned")`. It follows from every kernel, stride, pad and offset
            on the way from both blobs back to a blob that they have in common.
            """,
        why="""
            Such a Crop shifts one blob relative to the other. Caffe does not notice, and the net
            learns from pairs of elements that do not belong together.
            """,
        fix="""
            If the offset is negative, add padding to the first layers, as FCN does with `pad: 100`.
            If it is not an integer, use kernels that are all odd, or all even where the stride is
            2. If the scales differ, upsample by the product of all strides.
            """,
        file="net.py",
        bad="""
            import protogen
            from protogen import layers as L

            with protogen.Net("valid") as net:
                data = L.Input(shape=[1, 3, 64, 64], name="data")
                conv = L.Convolution(data, num_output=4, kernel_size=3)
                crop = L.Crop(conv, data, offset="aligned", name="crop")
            """,
        good="""
            import protogen
            from protogen import layers as L

            with protogen.Net("padded") as net:
                data = L.Input(shape=[1, 3, 64, 64], name="data")
                conv = L.Convolution(data, num_output=4, kernel_size=3, pad=5)
                crop = L.Crop(conv, data, offset="aligned", name="crop")
            """,
    ),
    Rule(
        code="S116",
        name="no-receptive-field",
        severity=Severity.ERROR,
        summary="A blob of which it is not known what it sees of another.",
        what="""
            Follows the elements of a blob back to an input, for `protogen.receptive_field` and
            `protogen receptive-field`. The way ends at a layer that splits an axis into several
            ones, at one that reads elements depending on values, and at a size that is unknown.
            """,
        why="""
            Every layer between the two blobs decides which elements are read. A guess for one of
            them would make all numbers wrong.
            """,
        fix="""
            Ask for a blob before that layer. If a size is unknown, give the shape of the data:
            `inputs={"data": (1, 3, 224, 224)}`, or `--input data=1,3,224,224`.
            """,
        file="net.py",
        bad="""
            import protogen
            from protogen import layers as L

            with protogen.Net("split") as net:
                data = L.Input(shape=[1, 3, 8, 8], name="data")
                rows = L.Reshape(data, shape=[1, 3, 2, 4, 8], name="rows")

            print(protogen.receptive_field(net, rows))
            """,
        good="""
            import protogen
            from protogen import layers as L

            with protogen.Net("merged") as net:
                data = L.Input(shape=[1, 3, 8, 8], name="data")
                pixels = L.Reshape(data, shape=[1, 3, 64], name="pixels")

            print(protogen.receptive_field(net, pixels))
            """,
    ),
    Rule(
        code="P104",
        name="pad-reaches-kernel",
        severity=Severity.ERROR,
        summary="A pooling with a pad that is not smaller than its kernel.",
        what="Compares the pad of each Pooling layer with its kernel, on both axes.",
        why="The first window would contain only padding. Caffe aborts while it loads the net.",
        fix="Use a pad smaller than the kernel.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 pad: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 pad: 1 }
            }
            """,
    ),
)
