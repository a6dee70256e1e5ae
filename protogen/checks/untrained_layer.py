from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class UntrainedLayer(Check):
    rule = Rule(
        code="G304",
        name="untrained-layer",
        severity=Severity.WARNING,
        summary="A layer with weights that exists in TEST, but not in TRAIN.",
        what="""
            Finds layers with learnable blobs that run in TEST and whose name no layer has in TRAIN,
            in nets with a loss in TRAIN.
            """,
        why="""
            When the solver tests, each layer takes the weights of the layer with the same name in
            the training net. This layer keeps its initial values, so the test measures noise.
            """,
        fix="Use one layer for both phases, or give both layers the same name.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
              include { phase: TRAIN }
            }
            layer {
              name: "fc_test" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 }
              include { phase: TEST }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
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
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        names = {
            step.name
            for analysis in phases.analyses
            if analysis.phase == "TRAIN"
            for step in analysis.steps
        }
        losses = any(
            s.is_loss
            for analysis in phases.analyses
            if analysis.phase == "TRAIN"
            for s in analysis.steps
        )
        for analysis in phases.analyses:
            if analysis.phase != "TEST" or not losses:
                continue
            shared = {
                spec.name
                for other in phases.analyses
                if other.phase == "TRAIN"
                for step in other.steps
                for spec in step.layer.param
            }
            for step in analysis.steps:
                own = [spec.name for spec in step.layer.param]
                if step.name in names or not step.facts.blobs:
                    continue
                if not (own and set(own) <= shared and "" not in own):
                    yield self.found(
                        step,
                        "learns in no phase: it runs in TEST, and TRAIN has no layer of its name",
                        field="name",
                        why="in a test, layers take over the weights of the layers of the same name"
                        " in the training net",
                    )
