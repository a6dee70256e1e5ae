from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.analysis import Analysis
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic
from protogen.edits import Fix, delete

_TYPES = ("Convolution", "Deconvolution", "Im2col")


@rule
class DilationWithoutEffect(Rule):
    """A dilation of a 1x1 kernel, which has no elements to spread.

    **What it does.** Finds layers with a dilation above 1 and a kernel of 1 on every axis.

    **Why it is bad.** It does nothing; a larger kernel was probably meant.

    **Example.** ``convolution_param { kernel_size: 1 dilation: 2 }``

    **Mended.** ``convolution_param { kernel_size: 3 pad: 2 dilation: 2 }``, or no dilation.
    """

    code, name = "S206", "dilation-without-effect"
    fixable = True

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type(*_TYPES):
            param = step.layer.convolution_param
            dilation = max(param.dilation, default=1)
            if dilation > 1 and not step.faults and set(_kernels(param)) == {1}:
                edit = delete(step.path("convolution_param.dilation"))
                yield self.found(
                    step,
                    f"a dilation of {dilation} does nothing to a kernel of 1",
                    field="convolution_param.dilation",
                    fix=Fix("take the dilation out", (edit,), safe=True),
                )


def _kernels(param: Any) -> list[int]:
    if param.HasField("kernel_h") or param.HasField("kernel_w"):
        return [param.kernel_h, param.kernel_w]
    return list(param.kernel_size)
