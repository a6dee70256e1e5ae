from __future__ import annotations

from collections.abc import Iterator

from protogen import proto
from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity, plural
from protogen.edits import Fix, delete
from protogen.layers.batch_norm import stated_use_global_stats
from protogen.rules import Rule

_FIELD = "batch_norm_param.use_global_stats"


@register
class BatchNormFlag(Check):
    rule = Rule(
        code="G208",
        name="batch-norm-flag",
        # A note where the field may be intended: see `check_net`.
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
            if analysis.phase == "TEST":
                # A training net that nobody tests may say false, and it does no harm.
                severity = self.severity if _is_for_tests(analysis) else Severity.NOTE
                why = "with false, Caffe normalizes by the statistics of the batch"
                yield from self._contradictions(analysis, False, severity, why)
            elif analysis.trained:
                # Fine-tuning freezes the statistics with it, because its batches are small.
                why = "with true, Caffe never updates the statistics"
                yield from self._contradictions(analysis, True, Severity.NOTE, why)

    def _contradictions(
        self, analysis: Analysis, wrong: bool, severity: Severity, why: str
    ) -> Iterator[Diagnostic]:
        """One finding for all layers of a phase that give the field its wrong value."""
        steps = []
        for step in analysis.of_type("BatchNorm"):
            if stated_use_global_stats(step.layer.batch_norm_param) is wrong:
                steps.append(step)
        if not steps:
            return
        value = str(wrong).lower()
        more = ""
        if len(steps) > 1:
            more = f", and in {plural(len(steps) - 1, 'more layer')}"
        # Deep nets have dozens of these layers with the same value. One finding fixes them all.
        edits = tuple(delete(step.path(_FIELD)) for step in steps)
        yield self.found(
            steps[0],
            f"use_global_stats is {value} in {analysis.phase}{more}",
            field=_FIELD,
            why=why,
            fix=Fix("remove use_global_stats, so that Caffe chooses by the phase", edits),
            severity=severity,
        )


def _is_for_tests(analysis: Analysis) -> bool:
    """Whether the net is clearly run in TEST: it has layers for TEST only, or no loss."""
    for step in analysis.steps:
        for rule in step.layer.include:
            if rule.phase == proto.TEST:
                return True
    return not any(step.is_loss for step in analysis.steps)
