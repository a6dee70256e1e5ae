from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic


@rule
class NeverRuns(Rule):
    """A layer whose rules keep it out of every phase, at any level and stage.

    **What it does.** Finds layers none of whose ``include`` rules can ever be met, or whose
    ``exclude`` rules are met in both phases whatever the level and the stages.

    **Why it is bad.** The layer might as well not be there, and is easily taken for one that is.

    **Example.** ``exclude { phase: TRAIN } exclude { phase: TEST }``.

    **Mended.** Take out the rule that is one too many, or the layer.
    """

    code, name = "G301", "never-runs"

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for step in phases.layers:
            layer = step.layer
            if layer.include and layer.exclude:
                continue  # refused in itself
            if layer.include and not any(map(_possible, layer.include)):
                message, field = "none of its include rules can be met", "include[0]"
            elif {phase for rule in layer.exclude for phase in _always(rule)} == {0, 1}:
                message, field = "its exclude rules keep it out of TRAIN and of TEST", "exclude[0]"
            else:
                continue
            yield self.found(step, f"never runs: {message}", field=field)


def _possible(rule: Any) -> bool:
    levels = rule.HasField("min_level") and rule.HasField("max_level")
    empty = levels and rule.min_level > rule.max_level
    return not empty and not set(rule.stage) & set(rule.not_stage)


def _always(rule: Any) -> set[int]:
    """The phases in which a rule is met whatever the level and the stages."""
    limits = ("min_level", "max_level")
    if rule.stage or rule.not_stage or any(map(rule.HasField, limits)):
        return set()
    return {rule.phase} if rule.HasField("phase") else {0, 1}
