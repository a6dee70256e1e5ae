from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.checks._wiring import named
from protogen.diagnostics import Diagnostic
from protogen.graph import Step


@rule
class DeadLayer(Rule):
    """A layer with weights that no loss depends on, in a net that is being trained.

    **What it does.** Finds, in TRAIN and where there is a loss, layers with learnable blobs from
    which no way leads to a loss. Of a chain of them the last is named.

    **Why it is bad.** Its weights get no gradient and stay as they were filled, though it costs
    its time in every pass; and what reads it in another phase reads noise.

    **Example.** A second classifier whose loss layer was taken out, its InnerProduct left behind.

    **Mended.** Let a loss read it, or take it out of TRAIN.
    """

    code, name = "G203", "dead-layer"

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            yield from self._of(analysis)

    def _of(self, analysis: Analysis) -> Iterator[Diagnostic]:
        useful = analysis.useful
        before: dict[Step, list[Step]] = {}
        last: list[Step] = []
        for step in analysis.steps:
            if step in useful:
                continue
            dead = [d for bottom in step.bottoms if bottom for d in before.get(bottom.step, ())]
            if step.learns and not step.faults:
                last = [s for s in last if s not in dead] + [step]
                dead = [*dead, step]
            before[step] = list(dict.fromkeys(dead))
        for step in last:
            others = [s for s in before[step] if s is not step]
            yield self.found(
                step,
                "no loss depends on it, so its weights are never trained",
                where=f"the same holds before it for {named(others)}" if others else "",
            )
