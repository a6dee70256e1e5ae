from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.gradients import passing_gradients, reads_top
from protogen.rules import Rule


@register
class OverwrittenTop(Check):
    rule = Rule(
        code="G205",
        name="overwritten-top",
        # Caffe trains with wrong gradients, and reports nothing.
        severity=Severity.WARNING,
        summary="A top that is overwritten in place although its layer needs it for the gradient.",
        what="""
            Finds in-place layers in training whose bottom is the top of a layer that computes its
            gradient from that top: Sigmoid, TanH, Softmax, Exp, ELU, Swish, LRN, MVN and Power.
            """,
        why="""
            In the backward pass, the layer reads the values that the later layer has written. Caffe
            does not check this, and the gradients are wrong.
            """,
        fix="Give the later layer its own top.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
              inner_product_param { num_output: 100 weight_filler { type: "xavier" } }
            }
            layer {
              name: "tanh1" type: "TanH" bottom: "fc1" top: "fc1"
            }
            layer {
              name: "drop1" type: "Dropout" bottom: "fc1" top: "fc1"
            }
            layer {
              name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc2" bottom: "label" top: "loss"
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
              inner_product_param { num_output: 100 weight_filler { type: "xavier" } }
            }
            layer {
              name: "tanh1" type: "TanH" bottom: "fc1" top: "fc1"
            }
            layer {
              name: "drop1" type: "Dropout" bottom: "fc1" top: "drop1"
            }
            layer {
              name: "fc2" type: "InnerProduct" bottom: "drop1" top: "fc2"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc2" bottom: "label" top: "loss"
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            yield from self._overwritten(analysis)

    def _overwritten(self, analysis: Analysis) -> Iterator[Diagnostic]:
        passing = passing_gradients(analysis)
        for step in analysis.steps:
            for position in step.in_place:
                bottom = step.bottoms[position]
                # Without a gradient to compute, nobody reads the old values again.
                if bottom is None or bottom.step not in passing:
                    continue
                producer = bottom.step
                # ReLU and Sigmoid, for example, compute their gradient from their top.
                if not reads_top(producer):
                    continue
                yield self.found(
                    step,
                    f'overwrites "{bottom.name}", from which layer "{producer.name}"'
                    f" ({producer.type}) computes its gradient",
                    field=f"top[{position}]",
                    hint="give the top another name, and let the later layers read it",
                )
