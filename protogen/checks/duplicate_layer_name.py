from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule


@register
class DuplicateLayerName(Check):
    rule = Rule(
        code="G206",
        name="duplicate-layer-name",
        # Caffe accepts equal names: only the weights of a file go to the first layer alone.
        severity=Severity.WARNING,
        summary="Two layers with the same name that run in the same phase.",
        what="""
            Finds layers with the name of an earlier layer in the same phase. It is a warning if one
            of the two layers has learnable blobs, and a note otherwise.
            """,
        why="""
            Caffe finds the weights of a layer by the name of the layer. It loads the weights of
            both layers into the first one, and the second one keeps its initial values.
            """,
        fix="Give each layer its own name.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 20 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "conv1" top: "conv2"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 20 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            layer {
              name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        first: dict[str, Step] = {}
        for step in analysis.steps:
            # In one phase only: layers of TRAIN and TEST with one name are meant to share weights.
            earlier = first.setdefault(step.name, step)
            if earlier is step:
                continue
            message = f"an earlier layer ({earlier.type}) has the same name"
            # Net::CopyTrainedLayersFrom looks layers up by name, and takes the first.
            if earlier.facts.blobs or step.facts.blobs:
                why = "Caffe loads weights by layer name, into the first layer with that name"
                yield self.found(step, message, field="name", why=why)
            else:
                yield self.found(step, message, field="name", severity=Severity.NOTE)
