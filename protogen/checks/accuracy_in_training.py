from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class AccuracyInTraining(Check):
    rule = Rule(
        code="G211",
        name="accuracy-in-training",
        # It costs time, but changes nothing in what is learned.
        severity=Severity.NOTE,
        summary="An Accuracy layer that also runs during training.",
        what="Finds Accuracy layers that run in TRAIN in a net with a loss.",
        why="""
            The layer takes time in every iteration, and measures one batch of the data that the net
            is learning from. It is useful in TRAIN only if you want to see the training accuracy in
            the log.
            """,
        fix="Add `include { phase: TEST }` to the layer.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            layer {
              name: "accuracy" type: "Accuracy"
              bottom: "fc" bottom: "label" top: "accuracy"
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            layer {
              name: "accuracy" type: "Accuracy"
              bottom: "fc" bottom: "label" top: "accuracy"
              include { phase: TEST }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        # Without a loss nothing is trained, and TRAIN is only the phase in which the net is run.
        for analysis in phases.trained:
            for step in analysis.of_type("Accuracy"):
                yield self.found(
                    step,
                    "also runs in every iteration of training",
                    hint="add include { phase: TEST } to run it in tests only",
                )
