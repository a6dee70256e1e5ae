from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix, delete
from protogen.graph import Step


@rule
class BatchNormFlag(Rule):
    """A BatchNorm whose ``use_global_stats`` is set by hand, against the phase.

    **What it does.** Finds ``use_global_stats: false`` in TEST and ``true`` in training, once for a
    net. The first is a warning if the net is evidently run in TEST (it has no loss, or layers for
    TEST alone) and a note otherwise; so is the second, which freezes the statistics, as is often
    meant in finetuning.

    **Why it is bad.** Unset, it is right in both phases: the statistics of the batch in TRAIN, the
    accumulated ones in TEST. ``false`` in TEST makes the answer for an image depend on the others
    of its batch; ``true`` in TRAIN never updates the statistics.

    **Example.** ``batch_norm_param { use_global_stats: false }`` in a deploy net.

    **Mended.** Leave the field out.
    """

    code, name = "G208", "batch-norm-flag"

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
