from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._pooling import poolings
from protogen.checks._repairs import accepted
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic
from protogen.edits import Edit, Fix, delete
from protogen.graph import Step
from protogen.layers._pooled import Axis


@rule
class GlobalPoolingLeftover(Rule):
    """A pooling that seems meant for the whole bottom, and leaves some of it over.

    **What it does.** Finds Pooling layers whose kernel covers more than half of the bottom while a
    few rows or columns lie outside of the first window: they are in no window at all, or in a
    second one that holds hardly anything else.

    **Why it is bad.** A kernel written for one size of image (7 for the last 7x7 of a net for
    224x224) no longer is the whole when the images grow. What should be one number for each channel
    then leaves out the edge, or becomes several.

    **Example.** ``pooling_param { pool: AVE kernel_size: 7 stride: 7 }`` on 8x8 makes 2x2, and the
    second window holds one row of seven.

    **Mended.** ``pooling_param { pool: AVE global_pooling: true }``
    """

    code, name = "P105", "global-pooling-leftover"

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in poolings(analysis):
            over = axis.size + axis.pad - axis.window(0).stop
            if axis.kernel < 4 or not 0 < over < axis.kernel - over:
                continue
            last = axis.window(axis.pooled - 1)
            if axis.pooled == 1:
                told = f"{_are(over)} in no window"
            elif axis.pooled == 2 and last.elements <= over:
                told = f"a second window holds only {last.elements}"
            else:
                continue
            yield self.found(
                step,
                f"its kernel of {axis.kernel} takes nearly all of a {names} of {axis.size}: {told}",
                field="pooling_param.kernel_size",
                fix=_whole(analysis, step, axis),
            )


def _are(over: int) -> str:
    return f"the last {over} are" if over > 1 else "the last is"


def _whole(analysis: Analysis, step: Step, axis: Axis) -> Fix | None:
    """Pooling globally, if the net is accepted with it."""
    param = step.layer.pooling_param
    given = [
        field.name for field, _ in param.ListFields() if field.name[:3] in ("ker", "str", "pad")
    ]
    edits = [delete(step.path(f"pooling_param.{name}")) for name in given]
    edits.append(Edit(step.path("pooling_param.global_pooling"), "set", True))
    if accepted(analysis, edits) is None:
        return None
    return Fix(f"global_pooling: true takes all {axis.size}", tuple(edits))
