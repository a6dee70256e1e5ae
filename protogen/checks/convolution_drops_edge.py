from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._convolution import ConvolutionAxis, convolutions
from protogen.diagnostics import Diagnostic, Severity
from protogen.explanations.quotients import quotient
from protogen.rules import Rule


@register
class ConvolutionDropsEdge(Check):
    rule = Rule(
        code="S201",
        name="convolution-drops-edge",
        # A row less at the edge hardly matters, but it explains a size.
        severity=Severity.NOTE,
        summary="A convolution that never reads the last rows or columns of its bottom.",
        what="""
            Finds Convolution layers whose number of windows is rounded down, so that the last rows
            or columns of the bottom are in no window.
            """,
        why="""
            These elements have no effect on the result. A Pooling layer with the same kernel and
            stride rounds up and reads them, so the two layers produce different sizes from the same
            bottom.
            """,
        fix="Use an input size that divides evenly, or add padding.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 52 dim: 52 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 32 kernel_size: 3 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 52 dim: 52 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 32 kernel_size: 3 stride: 2 pad: 1 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, sides, axis in convolutions(analysis):
            # Then elements are skipped everywhere, which `convolution-skips-input` reports.
            if axis.stride > axis.extent:
                continue
            if axis.windows >= 1 and axis.unread:
                yield self.found(
                    step,
                    f"{sides.last_lines(axis.unread)} never read: {_division(axis)}, which Caffe"
                    f" rounds down to {axis.windows - 1}",
                    field="convolution_param.stride",
                )


def _division(axis: ConvolutionAxis) -> str:
    """``(52 - 3) / 2 = 24.5``."""
    # The extent, not the kernel: with a dilation the two differ.
    padding = f" + 2*{axis.pad}" if axis.pad else ""
    exact = quotient(axis.size + 2 * axis.pad - axis.extent, axis.stride)
    return f"({axis.size}{padding} - {axis.extent}) / {axis.stride} = {exact}"
