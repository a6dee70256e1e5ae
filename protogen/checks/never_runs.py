from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class NeverRuns(Check):
    rule = Rule(
        code="G301",
        name="never-runs",
        severity=Severity.WARNING,
        summary="A layer whose rules exclude it from every phase, level and stage.",
        what="""
            Finds layers whose `include` rules can never be met, or whose `exclude` rules are met in
            both phases at every level and in every stage.
            """,
        why="The layer has no effect, but a reader of the file takes it for a part of the net.",
        fix="Remove the rule that is wrong, or the layer.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "drop" type: "Dropout" bottom: "data" top: "data"
              exclude { phase: TRAIN } exclude { phase: TEST }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "drop" type: "Dropout" bottom: "data" top: "data"
              exclude { phase: TEST }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
    )

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
