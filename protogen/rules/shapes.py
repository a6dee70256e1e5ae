"""Rules about the blobs of one layer: their number, their axes and their shapes."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules._reasons import ABORTS_WITHOUT_PLACE
from protogen.rules.registry import Rule, register

register(
    # Layer::CheckBlobCounts: "Eltwise Layer takes at least 2 bottom blob(s) as input."
    Rule(
        code="S102",
        name="blob-count",
        severity=Severity.ERROR,
        summary="A layer with more or fewer bottoms or tops than its type allows.",
        what="Counts the bottoms and tops of each layer.",
        why=ABORTS_WITHOUT_PLACE,
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
    # Blob::CanonicalAxisIndex: "axis 4 out of range for 4-D Blob with shape 1 64 28 28".
    Rule(
        code="S103",
        name="axis-out-of-range",
        severity=Severity.ERROR,
        summary="An axis that the bottom does not have.",
        what="""
            Compares each axis in a layer's parameters with the number of axes of its bottom. Axes
            count from 0, or backward from -1, the last axis.
            """,
        why=ABORTS_WITHOUT_PLACE,
        fix="Use an axis of the bottom.",
        # The bottoms have the axes 0 to 3.
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
    # eltwise_layer.cpp: "bottom[0]: 1 3 111 111 (36963), bottom[1]: 1 3 112 112 (37632)".
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
        # The Convolution has (224 - 3) / 2 + 1 = 111.5 rows, rounded down, the Pooling rounded up.
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
    # pooling_layer.cpp: "Input must have 4 axes, corresponding to (num, channels, height, width)".
    Rule(
        code="S105",
        name="axis-count",
        severity=Severity.ERROR,
        summary="A bottom with more or fewer axes than the layer type reads.",
        what="Counts the axes of each bottom of layer types that read a fixed number of axes.",
        why=ABORTS_WITHOUT_PLACE,
        fix="Move the layer to where its bottom has these axes, or add a Reshape layer.",
        # An InnerProduct leaves two axes, and a Pooling needs four.
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
    # blob.cpp: "Check failed: shape[i] <= 0x7fffffff / count_ (4096 vs. 2730)".
    Rule(
        code="S106",
        name="blob-shape",
        severity=Severity.ERROR,
        summary="A shape that a blob cannot have, or that the layer cannot process.",
        what="Finds sizes of zero or below, blobs over 2147483647 elements, and over 32 axes.",
        why="Caffe aborts while it loads the net, or in the first pass.",
        fix="Use a smaller batch, or smaller images.",
        # 64 * 3 * 4096 * 4096 = 3221225472 elements, more than an int can count.
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
    # flatten_layer.cpp: "Flatten Layer does not allow in-place computation." Few types check.
    Rule(
        code="S110",
        name="in-place-forbidden",
        severity=Severity.ERROR,
        summary="An in-place layer of a type that cannot run in place.",
        what="""
            Finds layers whose top has the name of their bottom, and whose type rejects this at
            set-up.
            """,
        why=ABORTS_WITHOUT_PLACE,
        fix="Give the layer its own top.",
        # Flatten only gives the same memory another shape, and the bottom has one already.
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
)
