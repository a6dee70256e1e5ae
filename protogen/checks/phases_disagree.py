from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.shapes import Shape, format_shape


@rule
class PhasesDisagree(Rule):
    """A layer whose learnable blobs are others in TEST than in TRAIN.

    **What it does.** Compares the number and the shapes of the learnable blobs of the layers that
    have the same name in TRAIN and in TEST.

    **Why it is bad.** When the solver tests, the test net takes over the blobs of the training net
    by the layers' names, and Caffe dies if they differ. Each net alone would load.

    **Example.** A crop of 227 in TRAIN and 224 in TEST, with an InnerProduct behind the poolings.

    **Mended.** Make the bottoms of the layer equal in both phases.
    """

    code, name, severity = "G302", "phases-disagree", Severity.ERROR

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
