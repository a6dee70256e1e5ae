from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._convolved import convolutions
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class ConvolutionDropsEdge(Rule):
    """A convolution whose windows end before the image does.

    **What it does.** Finds Convolution layers where, the number of windows rounded down, the last
    rows or columns of the bottom are in no window.

    **Why it is bad.** What lies there is never looked at, while a Pooling of the same window would
    round up and look at it: the two make different sizes of one bottom.

    **Example.** ``convolution_param { kernel_size: 3 stride: 2 }`` on 52x52: the last row and
    column are not read.

    **Mended.** Images of 51x51 or 53x53, or a pad of 1.
    """

    code, name, severity = "S201", "convolution-drops-edge", Severity.NOTE

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in convolutions(analysis):
            if axis.made < 1 or not axis.unread or axis.stride > axis.extent:
                continue
            padded = f" + 2*{axis.pad}" if axis.pad else ""
            rest = (axis.size + 2 * axis.pad - axis.extent) % axis.stride
            yield self.found(
                step,
                f"the last {axis.unread} of {axis.size} in {names} {_is(axis.unread)} never read:"
                f" ({axis.size}{padded} - {axis.extent}) / {axis.stride} leaves {rest}",
                field="convolution_param.stride",
            )


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
