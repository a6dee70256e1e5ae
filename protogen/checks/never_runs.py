from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protogen import proto
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule

if TYPE_CHECKING:
    from protogen.proto import LayerParameter, NetStateRule, Phase


@register
class NeverRuns(Check):
    rule = Rule(
        code="G301",
        name="never-runs",
        # Net::FilterNet leaves the layer out without a word.
        severity=Severity.WARNING,
        summary="A layer whose rules exclude it from every phase, level and stage.",
        what="""
            Finds layers whose `include` rules can never be met, or whose `exclude` rules are met in
            both phases at every level and in every stage.
            """,
        why="The layer has no effect, although it looks like part of the net.",
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
            # Caffe rejects both kinds in one layer, which is `include-and-exclude`.
            if layer.include and layer.exclude:
                continue
            if _never_included(layer):
                message = "never runs: none of its include rules can be met"
                yield self.found(step, message, field="include[0]")
            elif _always_excluded(layer):
                message = "never runs: its exclude rules exclude it from TRAIN and from TEST"
                yield self.found(step, message, field="exclude[0]")


def _never_included(layer: LayerParameter) -> bool:
    # Without include rules, only an exclude rule keeps a layer from running.
    if not layer.include:
        return False
    return not any(map(_can_be_met, layer.include))


def _can_be_met(rule: NetStateRule) -> bool:
    """Whether some state meets a rule.  (source: ``Net::StateMeetsRule``)"""
    has_limits = rule.HasField("min_level") and rule.HasField("max_level")
    # No level lies between them.
    if has_limits and rule.min_level > rule.max_level:
        return False
    # No state both has a stage and lacks it.
    return set(rule.stage).isdisjoint(rule.not_stage)


def _always_excluded(layer: LayerParameter) -> bool:
    # Only rules that are met in every stage and at every level count: others depend on the state.
    phases: set[Phase] = set()
    for rule in layer.exclude:
        phases |= _phases_always_met(rule)
    return {proto.TRAIN, proto.TEST} <= phases


def _phases_always_met(rule: NetStateRule) -> set[Phase]:
    """The phases in which a rule is met at every level and in every stage."""
    written = {field.name for field, _ in rule.ListFields()}
    # Any other field may keep the rule from being met.
    if written - {"phase"}:
        return set()
    if rule.HasField("phase"):
        return {rule.phase}
    # An empty rule is met by every state.
    return {proto.TRAIN, proto.TEST}
