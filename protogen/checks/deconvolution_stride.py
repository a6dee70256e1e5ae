from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule

if TYPE_CHECKING:
    from protogen.proto import ConvolutionParameter


@register
class DeconvolutionStride(Check):
    rule = Rule(
        code="S212",
        name="deconvolution-stride",
        # Caffe loads the net, and crashes in its first forward pass.
        severity=Severity.WARNING,
        summary="A Deconvolution with a stride on one axis only, with which Caffe crashes.",
        what="Finds Deconvolution layers with `stride_h` but no `stride_w`, or the reverse.",
        why="""
            The stride that is not given is 0, not 1. A Convolution divides by it when it is loaded,
            and a Deconvolution only multiplies, so Caffe loads the net. In the first forward pass
            `col2im` divides by 0, and Caffe crashes without a message.
            """,
        fix="Give both `stride_h` and `stride_w`, or `stride` for both.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 16 dim: 14 dim: 14 } }
            }
            layer {
              name: "up" type: "Deconvolution" bottom: "data" top: "up"
              convolution_param { num_output: 16 kernel_size: 4 pad: 1 stride_h: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 16 dim: 14 dim: 14 } }
            }
            layer {
              name: "up" type: "Deconvolution" bottom: "data" top: "up"
              convolution_param { num_output: 16 kernel_size: 4 pad: 1 stride: 2 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("Deconvolution"):
            param = step.layer.convolution_param
            zero = _zero_stride(param)
            if not zero or step.faults:
                continue
            is_written = param.HasField(zero)
            written = zero if is_written else _OTHER[zero]
            reason = "" if is_written else f", because only {written} is given"
            yield self.found(
                step,
                f"{zero} is 0{reason}; Caffe crashes in the first forward pass",
                field=f"convolution_param.{written}",
                hint="give both, or stride",
            )


_OTHER = {"stride_h": "stride_w", "stride_w": "stride_h"}


def _zero_stride(param: ConvolutionParameter) -> Literal["", "stride_h", "stride_w"]:
    """The stride that is 0 where one of the two is given; empty if none is."""
    # Without either, `stride` counts, whose default is 1.
    if not param.HasField("stride_h") and not param.HasField("stride_w"):
        return ""
    if not param.stride_h:
        return "stride_h"
    return "" if param.stride_w else "stride_w"
