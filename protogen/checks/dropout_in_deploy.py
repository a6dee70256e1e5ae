from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Rule, Whole, rule
from protogen.diagnostics import Diagnostic, Edit, Fix, Severity


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

    def check_net(self, whole: Whole) -> Iterator[Diagnostic]:
        for run in whole.runs if whole.deploy else ():
            for step in run.of_type("Dropout") if run.phase == "TEST" else ():
                fix = Fix("take the layer out", (Edit(step.index, "", None),), safe=True)
                yield self.found(
                    step,
                    "does nothing in a net that is not trained",
                    why="in TEST Dropout copies its bottom",
                    fix=fix if step.in_place else None,
                )
