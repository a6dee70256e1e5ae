from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._convolved import convolutions
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class ConvolutionSkipsInput(Rule):
    """A convolution whose stride is larger than its kernel, so that it reads only some elements.

    **What it does.** Finds Convolution layers that step further than their window spans.

    **Why it is bad.** What lies between two windows is computed by the layers before, and never
    read. Residual nets do so on purpose, with a 1x1 kernel and a stride of 2 on the shortcut.

    **Example.** ``convolution_param { kernel_size: 1 stride: 2 }`` reads one pixel of four.

    **Mended.** A kernel as large as the stride, or a Pooling in front.
    """

    code, name, severity = "S202", "convolution-skips-input", Severity.NOTE

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in convolutions(analysis):
            if axis.stride > axis.extent and axis.size > axis.extent:
                yield self.found(
                    step,
                    f"a stride of {axis.stride} in {names} steps over"
                    f" {axis.stride - axis.extent} of every {axis.stride} elements: its window"
                    f" spans {axis.extent}",
                    field="convolution_param.stride",
                )
