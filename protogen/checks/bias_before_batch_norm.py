from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule

#: The layers with a bias for each channel, over which a BatchNorm takes its means.
_TYPES = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
}


@register
class BiasBeforeBatchNorm(Check):
    rule = Rule(
        code="S207",
        name="bias-before-batch-norm",
        # It only wastes a few numbers: with and without it, the net computes the same.
        severity=Severity.NOTE,
        summary="A bias that the next layer, a BatchNorm, subtracts again.",
        what="Finds layers that learn a bias and whose top is read only by a BatchNorm layer.",
        why="""
            BatchNorm subtracts the mean of each channel, and the bias with it. The bias takes
            memory and time, and learns nothing. The bias that has an effect is the one in the Scale
            layer after the BatchNorm.
            """,
        fix="""
            Set `bias_term: false` and remove the `param` of the bias. Weights that were trained
            with the bias then no longer match the layer.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 3 }
            }
            layer {
              name: "bn1" type: "BatchNorm" bottom: "conv1" top: "bn1"
            }
            layer {
              name: "scale1" type: "Scale" bottom: "bn1" top: "bn1"
              scale_param { bias_term: true }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 64 kernel_size: 3 bias_term: false }
            }
            layer {
              name: "bn1" type: "BatchNorm" bottom: "conv1" top: "bn1"
            }
            layer {
              name: "scale1" type: "Scale" bottom: "bn1" top: "bn1"
              scale_param { bias_term: true }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type(*_TYPES):
            field = _TYPES[step.type]
            # The default of bias_term is true, so the field need not be written.
            if not getattr(step.layer, field).bias_term:
                continue
            norm = _only_reader(step)
            # To any other reader, the bias would make a difference.
            if norm is None or norm.type != "BatchNorm":
                continue
            yield self.found(
                step,
                f'its bias has no effect: layer "{norm.name}" (BatchNorm) subtracts it again',
                field=f"{field}.bias_term",
            )


def _only_reader(step: Step) -> Step | None:
    """The layer that reads the tops of this layer, if there is exactly one."""
    readers: list[Step] = []
    for value in step.tops:
        readers += value.readers
    if len(readers) != 1:
        return None
    return readers[0]
