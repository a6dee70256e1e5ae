from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic, Severity


@rule
class LossInDeploy(Rule):
    """A loss that runs in TEST, in a net whose data is given by the caller.

    **What it does.** Finds loss layers that run in TEST where all data comes by Input layers.

    **Why it is bad.** Whoever runs the net has to give labels too, or computes the loss of
    whatever the label's blob holds.

    **Example.** ``train_val.prototxt`` turned into a deploy net by exchanging its data layer only.

    **Mended.** Take the loss out, and let a Softmax read what it read; or let the loss, and the
    Input of its labels, run in TRAIN only: ``include { phase: TRAIN }``.
    """

    code, name, severity = "G210", "loss-in-deploy", Severity.NOTE

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.analyses:
            if analysis.phase != "TEST" or any(s.layer.type != "Input" for s in sources(analysis)):
                continue
            for step in analysis.steps:
                if not step.is_loss:
                    continue
                yield self.found(
                    step,
                    "is a loss, and runs in TEST, where all data is the caller's",
                    hint="include { phase: TRAIN } keeps it out of TEST",
                )
