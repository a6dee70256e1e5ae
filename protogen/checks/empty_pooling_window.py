from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import AVE, poolings
from protogen.checks._repairs import accepted
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix
from protogen.graph import Step
from protogen.layers._pooled import Axis
from protogen.layers._windows import empty_windows
from protogen.rules import Rule


@register
class EmptyPoolingWindow(Check):
    rule = Rule(
        code="P101",
        name="empty-pooling-window",
        severity=Severity.ERROR,
        summary="A pooling window without elements, for which Caffe computes garbage.",
        what="Finds Pooling layers whose last window starts past the edge of the bottom.",
        why="""
            Caffe reports nothing. It fills the window with -FLT_MAX (about -3.4e38) for MAX and
            with NaN for AVE, and later layers spread the value through the net. This can happen if
            the stride is larger than the kernel: Caffe rounds the number of windows up, and the
            last window has no elements left.
            """,
        fix="Round down with `round_mode: FLOOR`, or use a kernel at least as large as the stride.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 4 dim: 4 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 1 stride: 2 }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 4 dim: 4 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 1 stride: 2 round_mode: FLOOR }
            }
            """,
    )

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
