from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._convolution import convolutions
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class PointwisePad(Check):
    rule = Rule(
        code="S203",
        name="pointwise-pad",
        # Legal, but a border that is the same for every image is probably not intended.
        severity=Severity.WARNING,
        summary="A 1x1 convolution with padding, which adds a border that contains only the bias.",
        what="Finds Convolution layers with a kernel of 1 and a pad on the same axis.",
        why="""
            A window in the padding contains no data, so the border of the top is equal to the bias
            for every image. It makes the top larger without any benefit.
            """,
        fix="Remove the pad.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 32 kernel_size: 1 pad: 1 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 32 kernel_size: 1 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, sides, axis in convolutions(analysis):
            if axis.kernel != 1 or axis.pad == 0:
                continue
            # im2col fills the padding with zeros, to which the bias is added.
            content = "the bias" if step.layer.convolution_param.bias_term else "zeros"
            yield self.found(
                step,
                f"pad {axis.pad} around kernel 1 adds {sides.lines(axis.padding_windows)} with"
                f" nothing but {content}",
                field="convolution_param.pad",
            )
