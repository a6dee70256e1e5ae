from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix, delete
from protogen.rules import Rule

if TYPE_CHECKING:
    from protogen.proto import ConvolutionParameter

#: The types with windows that base_conv_layer.cpp and im2col_layer.cpp dilate.
_TYPES = ("Convolution", "Deconvolution", "Im2col")
_FIELD = "convolution_param.dilation"


@register
class DilationWithoutEffect(Check):
    rule = Rule(
        code="S206",
        name="dilation-without-effect",
        # The net is correct, but its author expects a wider window.
        severity=Severity.WARNING,
        summary="A dilation of a kernel of 1, which has no effect.",
        what="""
            Finds Convolution, Deconvolution and Im2col layers with a dilation above 1 and a kernel
            of 1 on every axis.
            """,
        why="""
            Dilation spreads the elements of a kernel apart. A kernel of 1 has only one element, so
            a larger kernel was probably intended.
            """,
        fix="""
            Remove the dilation, or use a larger kernel, such as `kernel_size: 3 pad: 2 dilation:
            2`.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 1 dilation: 2 }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 1 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type(*_TYPES):
            param = step.layer.convolution_param
            dilation = max(param.dilation, default=1)
            if dilation <= 1 or step.faults:
                continue
            # A kernel of 1x3 is dilated along its width.
            if set(_kernels(param)) != {1}:
                continue
            yield self.found(
                step,
                f"dilation {dilation} has no effect on kernel 1",
                field=_FIELD,
                fix=Fix("remove the dilation", (delete(step.path(_FIELD)),), safe=True),
            )


def _kernels(param: ConvolutionParameter) -> list[int]:
    """The kernel sizes that are given, in either way."""
    if param.HasField("kernel_h") or param.HasField("kernel_w"):
        return [param.kernel_h, param.kernel_w]
    return list(param.kernel_size)
