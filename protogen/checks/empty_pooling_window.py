from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._pooling import AVE, poolings
from protogen.checks._repairs import accepted
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix
from protogen.graph import Step
from protogen.layers._pooled import Axis
from protogen.layers._windows import empty_windows


@rule
class EmptyPoolingWindow(Rule):
    """A pooling window with nothing in it, for which Caffe computes garbage.

    **What it does.** Finds Pooling layers whose last window starts past the edge of the bottom.

    **Why it is bad.** Caffe says nothing and puts -FLT_MAX (about -3.4e38) there for MAX, and NaN
    for AVE, which spreads through the net. It happens where a stride is larger than its kernel:
    rounding up makes a window that no element is left for.

    **Example.** ``pooling_param { kernel_size: 1 stride: 2 }`` on 4x4 makes 3x3, and the last row
    and column are empty.

    **Mended.** Round down (``round_mode: FLOOR``), or use a kernel as large as the stride.
    """

    code, name, severity = "P101", "empty-pooling-window", Severity.ERROR
    fixable = True

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in poolings(analysis):
            average = step.layer.pooling_param.pool == AVE
            empty = empty_windows(axis.size, axis.stride, axis.pad, axis.pooled, average=average)
            if empty:
                yield self._tell(analysis, step, names, axis, empty)

    def _tell(
        self, analysis: Analysis, step: Step, names: str, axis: Axis, empty: int
    ) -> Diagnostic:
        garbage = "NaN" if step.layer.pooling_param.pool == AVE else "-FLT_MAX"
        holds = "hold" if empty > 1 else "holds"
        last = axis.pooled - 1
        return self.found(
            step,
            f"{empty} of {axis.pooled} windows of its {names} {holds} no element;"
            f" Caffe puts {garbage} there",
            field="pooling_param.stride",
            why=f"window {last} starts at {axis.window(last).start}, past a {names} of {axis.size}"
            f" (kernel {axis.kernel}, stride {axis.stride})",
            fix=_rounded_down(analysis, step, axis),
        )


def _rounded_down(analysis: Analysis, step: Step, axis: Axis) -> Fix | None:
    """Rounding down, where it leaves no window empty and the net is accepted with it."""
    down = axis.floored
    if axis.floor or empty_windows(axis.size, axis.stride, axis.pad, down):
        return None
    edits = (Edit(step.path("pooling_param.round_mode"), "set", "FLOOR"),)
    after = accepted(analysis, edits)
    if after is None:
        return None
    title = f"round_mode: FLOOR makes {down} whole windows of {axis.size}"
    return Fix(title, edits, safe=after.params == analysis.params)
