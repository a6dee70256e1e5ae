from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._convolved import convolutions
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class KernelExceedsImage(Check):
    rule = Rule(
        code="S204",
        name="kernel-exceeds-image",
        severity=Severity.NOTE,
        summary="A convolution whose kernel is larger than its bottom and fits only with padding.",
        what="Finds Convolution layers whose kernel is larger than the bottom without padding.",
        why="""
            Some of the weights are only ever multiplied with padding, so no data trains them. This
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
