from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class GroupedDepthwise(Rule):
    """A depthwise convolution written as a grouped one, which Caffe runs channel by channel.

    **What it does.** Finds Convolution layers with as many groups as their bottom has channels.

    **Why it is bad.** Caffe multiplies one small matrix after another, a group each, which on a GPU
    is many times slower than a layer made for it. Forks have one: ``ConvolutionDepthwise`` or
    ``DepthwiseConvolution``, with the same weights.

    **Example.** ``convolution_param { num_output: 32 group: 32 kernel_size: 3 }`` of 32 channels.

    **Mended.** ``type: "ConvolutionDepthwise"`` where the Caffe at hand knows it.
    """

    code, name, severity = "S205", "grouped-depthwise", Severity.NOTE

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("Convolution"):
            group = step.layer.convolution_param.group
            bottom = step.bottoms[0] if step.bottoms else None
            channels = bottom.shape[1] if bottom and bottom.shape and len(bottom.shape) > 1 else 0
            if group > 1 and group == channels:
                yield self.found(
                    step,
                    f"{group} groups of {channels} channels: Caffe computes them one by one",
                    field="convolution_param.group",
                )
