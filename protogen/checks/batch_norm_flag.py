from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Check, Run, Whole, is_loss, register
from protogen.diagnostics import Diagnostic, Edit, Fix, Severity
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

    def check_net(self, whole: Whole) -> Iterator[Diagnostic]:
        for run in whole.runs:
            yield from self._of(run)

    def _of(self, run: Run) -> Iterator[Diagnostic]:
        against = run.phase == "TEST"
        if not against and not run.trained:
            return
        steps = [step for step in run.of_type("BatchNorm") if _flag(step) is not against]
        steps = [step for step in steps if _flag(step) is not None]
        if not steps:
            return
        edits = [Edit(step.index, "batch_norm_param.use_global_stats", None) for step in steps]
        more = f", and {len(steps) - 1} more layers likewise" if len(steps) > 1 else ""
        yield self.found(
            steps[0],
            f"use_global_stats: {'false' if against else 'true'} in {run.phase}{more}",
            field=edits[0].field,
            why="with false Caffe normalises by the batch at hand"
            if against
            else "with true Caffe never updates the statistics",
            fix=Fix("leave use_global_stats out: Caffe then goes by the phase", tuple(edits)),
            severity=None if against and _tested(run) else Severity.NOTE,
        )


def _flag(step: Step) -> bool | None:
    param = step.layer.batch_norm_param
    return bool(param.use_global_stats) if param.HasField("use_global_stats") else None


def _tested(run: Run) -> bool:
    """Whether the net is evidently there to be run in TEST."""
    own = any(rule.phase == 1 for step in run.steps for rule in step.layer.include)
    return own or not any(map(is_loss, run.steps))
