from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class LossInDeploy(Check):
    rule = Rule(
        code="G210",
        name="loss-in-deploy",
        # A note, because the caller may provide labels to measure the loss.
        severity=Severity.NOTE,
        summary="A loss layer that runs in TEST, in a net that gets all its data from the caller.",
        what="""
            Finds loss layers that run in TEST if every data layer of that phase is an Input layer.
            """,
        why="""
            Whoever runs the net must provide labels too, or the loss is computed from whatever is
            in the blob of the labels.
            """,
        fix="""
            Replace the loss with a Softmax layer. Or add `include { phase: TRAIN }` to the loss and
            to the Input layer of the labels.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 784 } }
            }
            layer {
              name: "label" type: "Input" top: "label"
              input_param { shape { dim: 1 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 784 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "prob" type: "Softmax" bottom: "fc" top: "prob"
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.in_phase("TEST"):
            # With a data layer, TEST is for testing, and the loss is what it measures.
            if any(step.type != "Input" for step in sources(analysis)):
                continue
            # By its weight, not its type: a loss_weight makes a loss of any layer.
            for step in analysis.steps:
                if step.is_loss:
                    yield self.found(
                        step,
                        "is a loss that runs in TEST, where the caller provides all data",
                        hint="add include { phase: TRAIN } to keep it out of TEST",
                    )
