from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.checks._wiring import MEASURES
from protogen.diagnostics import Diagnostic
from protogen.shapes import format_shape


@rule
class UnreadTop(Rule):
    """A top that nobody reads, in a net that is being trained.

    **What it does.** Finds, in TRAIN and where there is a loss, tops that no layer reads and that
    are neither a loss nor a measure such as Accuracy. Layers that learn are left to
    ``dead-layer``, data to ``unused-input``.

    **Why it is bad.** It is computed for nothing, or something that should read it reads another
    blob. Caffe takes the top for an output of the net, and prints each of its values in the log at
    every ``display``.

    **Example.** A Softmax beside a SoftmaxWithLoss, both reading ``fc8``.

    **Mended.** Take the layer out, run it in TEST only (``include { phase: TEST }``), or read its
    top in a Silence layer if it has to stay.
    """

    code, name = "G202", "unread-top"

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            yield from self._of(analysis)

    def _of(self, analysis: Analysis) -> Iterator[Diagnostic]:
        useful = analysis.useful
        for step in analysis.steps:
            measured = step.type in MEASURES or (step.schema and step.schema.loss)
            if not step.layer.bottom or measured or (step.learns and step not in useful):
                continue
            for position, top in enumerate(step.tops):
                if not top.readers and not top.weighed and analysis.values.get(top.name) is top:
                    yield self.found(
                        step,
                        f'no layer reads its top "{top.name}" in {analysis.phase}',
                        field=f"top[{position}]",
                        where=f'"{top.name}" is {format_shape(top.shape)}',
                        why="Caffe makes it an output of the net, and logs its values at every"
                        " display",
                    )
