from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix, delete
from protogen.graph import Step
from protogen.rules import Rule


@register
class BatchNormFlag(Check):
    rule = Rule(
        code="G208",
        name="batch-norm-flag",
        severity=Severity.WARNING,
        summary="A BatchNorm layer whose `use_global_stats` contradicts its phase.",
        what="""
            Finds `use_global_stats: false` in TEST and `use_global_stats: true` in training, and
            reports each once per net. In TEST it is a warning if the net is clearly run in TEST (it
            has no loss, or it has layers for TEST only), and a note otherwise. In training it is a
            note, because frozen statistics are common in fine-tuning.
            """,
        why="""
            Without the field, Caffe does the right thing in both phases: it uses the statistics of
            the batch in TRAIN and the accumulated statistics in TEST. With `false` in TEST, the
            result for an image depends on the other images in its batch. With `true` in TRAIN, the
            statistics are never updated.
            """,
        fix="Remove the field.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
              batch_norm_param { use_global_stats: false }
            }
            layer {
              name: "scale" type: "Scale" bottom: "bn" top: "scale"
              scale_param { bias_term: true }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
            }
            layer {
              name: "scale" type: "Scale" bottom: "bn" top: "scale"
              scale_param { bias_term: true }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.analyses:
            yield from self._of(analysis)

    def _of(self, analysis: Analysis) -> Iterator[Diagnostic]:
        against = analysis.phase == "TEST"
        if not against and not analysis.trained:
            return
        steps = [step for step in analysis.of_type("BatchNorm") if _flag(step) is not against]
        steps = [step for step in steps if _flag(step) is not None]
        if not steps:
            return
        edits = [delete(step.path("batch_norm_param.use_global_stats")) for step in steps]
        more = f", and {len(steps) - 1} more layers likewise" if len(steps) > 1 else ""
        yield self.found(
            steps[0],
            f"use_global_stats: {'false' if against else 'true'} in {analysis.phase}{more}",
            field="batch_norm_param.use_global_stats",
            why="with false Caffe normalises by the batch at hand"
            if against
            else "with true Caffe never updates the statistics",
            fix=Fix("leave use_global_stats out: Caffe then goes by the phase", tuple(edits)),
            severity=None if against and _tested(analysis) else Severity.NOTE,
        )


def _flag(step: Step) -> bool | None:
    param = step.layer.batch_norm_param
    return bool(param.use_global_stats) if param.HasField("use_global_stats") else None


def _tested(analysis: Analysis) -> bool:
    """Whether the net is evidently there to be run in TEST."""
    own = any(rule.phase == 1 for step in analysis.steps for rule in step.layer.include)
    return own or not any(step.is_loss for step in analysis.steps)
