from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule
from protogen.shapes import Shape, format_shape


@register
class PhasesDisagree(Check):
    rule = Rule(
        code="G302",
        name="phases-disagree",
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
        trained: dict[str, tuple[Step, list[Shape]]] = {}
        for analysis in phases.analyses:
            for step in analysis.steps:
                shapes = [blob.shape for blob in step.facts.blobs]
                if analysis.phase == "TRAIN":
                    trained.setdefault(step.name, (step, shapes))
                elif step.name in trained:
                    yield from self._compare(step, shapes, *trained[step.name])

    def _compare(
        self, step: Step, shapes: list[Shape], other: Step, theirs: list[Shape]
    ) -> Iterator[Diagnostic]:
        if not (_known(step) and _known(other) and _differ(shapes, theirs)):
            return
        yield self.found(
            step,
            f"learns {_listed(shapes)} in TEST, but {_listed(theirs)} in TRAIN",
            why="in a test the solver hands the training net's blobs to the layers of the same"
            " name, and Caffe dies if their shapes differ",
        )


def _known(step: Step) -> bool:
    """Whether what it learns could be inferred."""
    return not step.faults and all(b is not None and b.shape is not None for b in step.bottoms)


def _differ(mine: list[Shape], theirs: list[Shape]) -> bool:
    if len(mine) != len(theirs):
        return True
    return any(a is not None and b is not None and _unlike(a, b) for a, b in zip(mine, theirs))


def _unlike(mine: tuple[int | None, ...], theirs: tuple[int | None, ...]) -> bool:
    if len(mine) != len(theirs):
        return True
    return any(a != b for a, b in zip(mine, theirs) if a is not None and b is not None)


def _listed(shapes: list[Shape]) -> str:
    return " and ".join(map(format_shape, shapes)) or "nothing"
