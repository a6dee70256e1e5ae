from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule
from protogen.shapes import Shape, differ, format_shape


@register
class PhasesDisagree(Check):
    rule = Rule(
        code="G302",
        name="phases-disagree",
        # Net::ShareTrainedLayersWith aborts when the solver tests for the first time.
        severity=Severity.ERROR,
        summary="A layer whose learnable blobs are different in TRAIN and in TEST.",
        what="""
            Compares the number and shapes of the learnable blobs of layers with the same name in
            TRAIN and in TEST.
            """,
        why="""
            When the solver tests, the test net takes the blobs of the layers with the same names in
            the training net. Caffe aborts if their shapes differ, although each net loads by
            itself.
            """,
        fix="Make the bottoms of the layer the same size in both phases.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
              include { phase: TRAIN }
            }
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 1024 } shape { dim: 32 } }
              include { phase: TEST }
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
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
              include { phase: TRAIN }
            }
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
              include { phase: TEST }
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
        # The solver copies by name from TRAIN to TEST, in this direction only.
        trained: dict[str, Step] = {}
        for analysis in phases.in_phase("TRAIN"):
            trained |= _unique(analysis)
        # A layer of TEST only keeps what its fillers wrote: `untrained-layer` reports it.
        for analysis in phases.in_phase("TEST"):
            for name, step in _unique(analysis).items():
                twin = trained.get(name)
                if twin is not None and _disagree(step, twin):
                    yield self._disagreement(step, twin)

    def _disagreement(self, step: Step, twin: Step) -> Diagnostic:
        return self.found(
            step,
            f"{_listed(step)} in TEST, but {_listed(twin)} in TRAIN",
            why="when the solver tests, each layer takes the blobs of the layer with the same name"
            " in the training net, and Caffe aborts if their shapes differ",
        )


def _unique(analysis: Analysis) -> dict[str, Step]:
    """The layers by their names, but not those that share one, which another rule reports."""
    counts = Counter(step.name for step in analysis.steps)
    found = {}
    for step in analysis.steps:
        if counts[step.name] == 1:
            found[step.name] = step
    return found


def _disagree(step: Step, twin: Step) -> bool:
    """Whether the learnable blobs of two layers are known to differ."""
    if not _is_known(step) or not _is_known(twin):
        return False
    mine, theirs = _blob_shapes(step), _blob_shapes(twin)
    # Net::ShareTrainedLayersWith compares the numbers of blobs, then the shapes.
    if len(mine) != len(theirs):
        return True
    return any(map(differ, mine, theirs))


def _is_known(step: Step) -> bool:
    """Whether the learnable blobs could be inferred."""
    # A rejected layer has no blobs, which is not what the file means.
    if step.faults:
        return False
    return None not in step.bottom_shapes


def _blob_shapes(step: Step) -> list[Shape]:
    return [blob.shape for blob in step.facts.blobs]


def _listed(step: Step) -> str:
    shapes = _blob_shapes(step)
    if not shapes:
        return "has no learnable blobs"
    return f"has learnable blobs {' and '.join(map(format_shape, shapes))}"
