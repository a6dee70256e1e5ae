from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._convolution import ConvolutionAxis, convolutions
from protogen.checks._sides import Sides
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class KernelExceedsImage(Check):
    rule = Rule(
        code="S204",
        name="kernel-exceeds-image",
        # Caffe computes what is written: part of the kernel sees only padding.
        severity=Severity.NOTE,
        summary="A convolution whose kernel is larger than its bottom and fits only with padding.",
        what="Finds Convolution layers whose kernel is larger than the bottom without padding.",
        why="""
            Some of the weights are only ever multiplied by padding, so no data trains them. This
            is common at the end of detectors, where a 3x3 kernel is applied to a 1x1 blob.
            """,
        fix="Use a smaller kernel, or larger images.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 256 dim: 1 dim: 1 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 16 kernel_size: 3 pad: 1 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 256 dim: 1 dim: 1 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 16 kernel_size: 1 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, sides, axis in convolutions(analysis):
            # Without a window Caffe rejects the layer, which inference reports.
            if axis.windows < 1 or axis.kernel == 1:
                continue
            if axis.extent > axis.size:
                yield self.found(
                    step,
                    f"{_larger(sides, axis)}; {_fit(axis)}",
                    field="convolution_param.kernel_size",
                )


def _larger(sides: Sides, axis: ConvolutionAxis) -> str:
    # A kernel of 3 may be smaller than the image, and its extent with dilation larger.
    if axis.dilation == 1:
        return f"kernel {axis.kernel} is larger than {sides} {axis.size}"
    return (
        f"kernel {axis.kernel} with dilation {axis.dilation} spans {axis.extent}, which is larger"
        f" than {sides} {axis.size}"
    )


def _fit(axis: ConvolutionAxis) -> str:
    if axis.extent <= axis.size + 2 * axis.pad:
        return f"it fits only with pad {axis.pad}"
    # C++ truncates the negative quotient of -1 / 2 to 0, and adds 1.
    return "the only window extends past the edge"
