from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Rule, Whole, is_loss, rule
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

    def check_net(self, whole: Whole) -> Iterator[Diagnostic]:
        names = {
            step.layer.name for run in whole.runs if run.phase == "TRAIN" for step in run.steps
        }
        losses = any(is_loss(s) for run in whole.runs if run.phase == "TRAIN" for s in run.steps)
        for run in whole.runs:
            if run.phase != "TEST" or not losses:
                continue
            shared = {
                spec.name
                for other in whole.runs
                if other.phase == "TRAIN"
                for step in other.steps
                for spec in step.layer.param
            }
            for step in run.steps:
                own = [spec.name for spec in step.layer.param]
                if step.layer.name in names or not run.facts[step].blobs:
                    continue
                if not (own and set(own) <= shared and "" not in own):
                    yield self.found(
                        step,
                        "learns in no phase: it runs in TEST, and TRAIN has no layer of its name",
                        field="name",
                        why="in a test, layers take over the weights of the layers of the same name"
                        " in the training net",
                    )
