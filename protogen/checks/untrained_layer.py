from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
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
        # Caffe tests with what the fillers wrote, and reports nothing.
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
        for training in phases.trained:
            names: set[str] = set()
            params: set[str] = set()
            for step in training.steps:
                names.add(step.name)
                params.update(spec.name for spec in step.layer.param)
            for analysis in phases.in_phase("TEST"):
                untrained = list(_untrained(analysis, names, params))
                # Many of them usually have one cause: another prefix, or a net for something else.
                is_one_cause = len(untrained) > _MOST_LISTED
                listed = untrained[:1] if is_one_cause else untrained
                for step in listed:
                    yield self._finding(step, more=len(untrained) - len(listed))

    def _finding(self, step: Step, more: int) -> Diagnostic:
        also, whose = "", "this"
        if more:
            also, whose = f", as are {plural(more, 'more layer')}", "their"
        return self.found(
            step,
            f"never trained{also}: TRAIN has no layer with {whose} name",
            field="name",
            why="when the solver tests, each layer takes the weights of the layer with the"
            " same name in the training net",
        )


#: More layers than these are one finding, because they have one cause.
_MOST_LISTED = 3


def _untrained(analysis: Analysis, names: set[str], params: set[str]) -> Iterator[Step]:
    """The layers that learn, and have neither a name nor learnable blobs of a training net."""
    for step in analysis.steps:
        if not step.facts.blobs or step.name in names:
            continue
        # Net::ShareTrainedLayersWith goes by the names of layers. But blobs that all have names of
        # blobs in TRAIN are probably shared with another layer of TEST, which is trained.
        if not _shares_all(step, params):
            yield step


def _shares_all(step: Step, params: set[str]) -> bool:
    """Whether all its learnable blobs have names, which layers of TRAIN have too."""
    names = {spec.name for spec in step.layer.param}
    # A param without a name shares nothing.
    if not names or "" in names:
        return False
    return names <= params
