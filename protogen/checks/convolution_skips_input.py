from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._convolution import convolutions
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class ConvolutionSkipsInput(Check):
    rule = Rule(
        code="S202",
        name="convolution-skips-input",
        # A note, because the shortcuts of ResNet do it on purpose: kernel 1, stride 2.
        severity=Severity.NOTE,
        summary="A convolution with a stride larger than its kernel, which skips elements.",
        what="Finds Convolution layers whose stride is larger than the extent of their kernel.",
        why="""
            The elements between two windows were computed by earlier layers, but are never read.
            Residual nets do this on purpose, with kernel 1 and stride 2 in a shortcut.
            """,
        fix="""
            Use a kernel at least as large as the stride, or a Pooling layer before the convolution.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 128 kernel_size: 1 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 128 kernel_size: 2 stride: 2 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, sides, axis in convolutions(analysis):
            # One window that covers the whole size skips nothing, whatever the stride.
            if axis.stride <= axis.extent or axis.size <= axis.extent:
                continue
            kernel = f"kernel {axis.kernel}"
            if axis.dilation > 1:
                kernel += f" with dilation {axis.dilation}, which spans {axis.extent}"
            skipped = axis.stride - axis.extent
            verb = "is" if skipped == 1 else "are"
            yield self.found(
                step,
                f"stride {axis.stride} is larger than {kernel}: {skipped} of every"
                f" {sides.lines(axis.stride)} {verb} in no window",
                field="convolution_param.stride",
            )
