from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic


@rule
class UntrainedLayer(Rule):
    """A layer with weights that exists in TEST and not in TRAIN.

    **What it does.** Finds, where there is a loss in TRAIN, layers with learnable blobs that run in
    TEST under a name that no layer has in TRAIN.

    **Why it is bad.** In a test the layers take over the weights of those of the same name in the
    training net. This one keeps what its filler gave it: the test measures noise.

    **Example.** ``fc8`` in TRAIN and ``fc8_test`` in TEST.

    **Mended.** One layer for both phases, or the same name in each.
    """

    code, name = "G304", "untrained-layer"

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
