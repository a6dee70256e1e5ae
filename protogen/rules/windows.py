"""Rules about the kernels of convolutions and poolings."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules._reasons import ABORTS_WITHOUT_PLACE
from protogen.rules.registry import Rule, register

register(
    # Without a check of its own, Caffe aborts in blob.cpp: "shape[i] >= 0 (-2 vs. 0)".
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
        # 4 - 7 + 1 = -2 windows.
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
    # base_conv_layer.cpp: "Number of output should be multiples of group."
    Rule(
        code="S108",
        name="group-does-not-divide",
        severity=Severity.ERROR,
        summary="A `group` that does not divide the number of channels.",
        what="Divides the channels of the bottom, and `num_output`, by `group`.",
        why=ABORTS_WITHOUT_PLACE,
        fix="Use a `group` that divides both.",
        # 3 divides the 48 channels, but not num_output 64.
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
    # pooling_layer.cpp: "Check failed: pad_h_ < kernel_h_ (2 vs. 2)". A Convolution may have it.
    Rule(
        code="P104",
        name="pad-reaches-kernel",
        severity=Severity.ERROR,
        summary="A pooling with a pad that is not smaller than its kernel.",
        what="Compares the pad of each Pooling layer with its kernel, on both axes.",
        why="The first window would contain only padding. Caffe aborts while it loads the net.",
        fix="Use a pad smaller than the kernel.",
        # The first window would cover rows -2 and -1.
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
