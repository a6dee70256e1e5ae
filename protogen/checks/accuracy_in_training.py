from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class AccuracyInTraining(Rule):
    """An Accuracy that is computed in training as well.

    **What it does.** Finds Accuracy layers that run in TRAIN.

    **Why it is bad.** It costs time in every iteration and measures a single batch of data that
    the net is learning from. It belongs to TEST, unless the log is to show it.

    **Example.** ``layer { name: "accuracy" type: "Accuracy" ... }`` without an ``include``.

    **Mended.** ``include { phase: TEST }``.
    """

    code, name, severity = "G211", "accuracy-in-training", Severity.NOTE

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            for step in analysis.of_type("Accuracy"):
                yield self.found(
                    step,
                    "is computed in every iteration of training too",
                    hint="include { phase: TEST } keeps it to the tests",
                )
