from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic
from protogen.graph import Step


@rule
class LabelInOnePhase(Rule):
    """Data that is read in one phase only, though it is loaded in both.

    **What it does.** Finds blobs that data layers make in TRAIN and in TEST, which layers read in
    one of the phases and none in the other.

    **Why it is bad.** Most often a loss or an Accuracy is missing in that phase, or reads another
    blob. Caffe then takes the blob for an output of the net, and the solver prints the mean label.

    **Example.** The loss has ``include { phase: TRAIN }``, there is no Accuracy, and nothing reads
    ``label`` in TEST.

    **Mended.** Add what measures the net in that phase, or a Silence layer that reads the blob.
    """

    code, name = "G303", "label-in-one-phase"

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        made = [(analysis, _made(analysis)) for analysis in phases.analyses]
        for analysis, mine in made:
            for other, theirs in made:
                for name, (step, position) in mine.items():
                    if other is analysis or name not in theirs or step.tops[position].readers:
                        continue
                    reader = next(iter(_readers(*theirs[name])), None)
                    if reader:
                        yield self.found(
                            step,
                            f'no layer reads its top "{name}" in {analysis.phase}; in {other.phase}'
                            f' "{reader.layer.name}" does',
                            field=f"top[{position}]",
                        )


def _made(analysis: Analysis) -> dict[str, tuple[Step, int]]:
    return {top.name: (step, top.top) for step in sources(analysis) for top in step.tops}


def _readers(step: Step, position: int) -> list[Step]:
    return step.tops[position].readers
