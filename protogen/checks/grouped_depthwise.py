from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule


@register
class GroupedDepthwise(Check):
    rule = Rule(
        code="S205",
        name="grouped-depthwise",
        # The result is right, only slow.
        severity=Severity.NOTE,
        summary="A depthwise convolution written as a grouped one, which Caffe runs slowly.",
        what="Finds Convolution layers with as many groups as their bottom has channels.",
        why="""
            Caffe multiplies one small matrix for each group, one after another. On a GPU, this is
            many times slower than a depthwise layer. Some forks have such a layer,
            `ConvolutionDepthwise` or `DepthwiseConvolution`, which uses the same weights.
            """,
        fix="Use the depthwise layer of the fork, if the net runs in a fork that has one.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 32 dim: 112 dim: 112 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 32 group: 32 kernel_size: 3 pad: 1 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 32 dim: 112 dim: 112 } }
            }
            layer {
              name: "conv1" type: "ConvolutionDepthwise" bottom: "data" top: "conv1"
              convolution_param { num_output: 32 kernel_size: 3 pad: 1 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("Convolution"):
            group = step.layer.convolution_param.group
            # BaseConvolutionLayer::forward_cpu_gemm calls BLAS once for each group.
            if group > 1 and group == _channels(step):
                yield self.found(
                    step,
                    f"{group} groups for {group} channels (depthwise): Caffe computes the groups"
                    " one after another",
                    field="convolution_param.group",
                )


def _channels(step: Step) -> int | None:
    """The number of channels of the first bottom, if it is known."""
    if not step.bottoms:
        return None
    shape = step.bottom_shapes[0]
    if shape is None or len(shape) < 2:
        return None
    return shape[1]
