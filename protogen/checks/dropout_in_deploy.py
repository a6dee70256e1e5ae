from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix, delete


@rule
class DropoutInDeploy(Rule):
    """A Dropout in a net that is there to be run, not trained.

    **What it does.** Finds Dropout layers in nets without a loss and without data layers.

    **Why it is bad.** In TEST Dropout copies its bottom. It costs a little time, more where it
    does not work in place, and some converters do not know it.

    **Example.** The ``drop6`` and ``drop7`` of AlexNet, left in ``deploy.prototxt``.

    **Mended.** Take the layer out; no weights belong to it.
    """

    code, name, severity = "G209", "dropout-in-deploy", Severity.NOTE
    fixable = True

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.analyses if phases.deploy else ():
            for step in analysis.of_type("Dropout") if analysis.phase == "TEST" else ():
                fix = Fix("take the layer out", (delete(step.path()),), safe=True)
                yield self.found(
                    step,
                    "does nothing in a net that is not trained",
                    why="in TEST Dropout copies its bottom",
                    fix=fix if step.in_place else None,
                )
