from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity, plural
from protogen.graph import Step
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
        trained = [step for analysis in phases.in_phase("TRAIN") for step in analysis.steps]
        if not any(step.is_loss for step in trained):
            return
        names = {step.name for step in trained}
        params = {spec.name for step in trained for spec in step.layer.param}
        for analysis in phases.in_phase("TEST"):
            untrained = []
            for step in analysis.steps:
                if step.facts.blobs and step.name not in names and not _shares_all(step, params):
                    untrained.append(step)
            listed = untrained if len(untrained) <= _MOST_LISTED else untrained[:1]
            for step in listed:
                yield self._untrained(step, len(untrained) - len(listed))

    def _untrained(self, step: Step, more: int) -> Diagnostic:
        also = f", as are {plural(more, 'more layer')}" if more else ""
        return self.found(
            step,
            f"never trained{also}: TRAIN has no layer with {'their' if more else 'this'} name",
            field="name",
            why="when the solver tests, each layer takes the weights of the layer with the"
            " same name in the training net",
        )


#: More layers than these are one finding, because they have one cause.
_MOST_LISTED = 3


def _shares_all(step: Step, params: set[str]) -> bool:
    """Whether all its learnable blobs have names, which layers of TRAIN have too."""
    names = [spec.name for spec in step.layer.param]
    return bool(names) and all(name and name in params for name in names)
