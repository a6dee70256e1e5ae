from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._convolved import convolutions
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class KernelExceedsImage(Rule):
    """A convolution whose kernel is larger than the image, and fits only thanks to padding.

    **What it does.** Finds Convolution layers that span more than the bottom without its pad.

    **Why it is bad.** Some of the weights meet padding and nothing else: they are learnt from no
    data. It is common at the end of detectors, where a 3x3 kernel looks at 1x1.

    **Example.** ``convolution_param { kernel_size: 3 pad: 1 }`` on 1x1: one weight of nine counts.

    **Mended.** ``convolution_param { kernel_size: 1 }``, or larger images.
    """

    code, name, severity = "S204", "kernel-exceeds-image", Severity.NOTE

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in convolutions(analysis):
            if axis.made > 0 and axis.kernel > 1 and axis.extent > axis.size:
                spans = f"a kernel of {axis.kernel}"
                if axis.dilation > 1:
                    spans += f" with dilation {axis.dilation}, which spans {axis.extent},"
                yield self.found(
                    step,
                    f"{spans} is larger than a {names} of {axis.size}; pad {axis.pad} makes it fit",
                    field="convolution_param.kernel_size",
                )
