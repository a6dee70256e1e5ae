from __future__ import annotations

from collections.abc import Iterator

from protogen import proto
from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import poolings
from protogen.checks._sides import Sides
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix
from protogen.explanations.repairs import accepted
from protogen.graph import Step
from protogen.rules import Rule
from protogen.windows import Axis, empty_windows


@register
class EmptyPoolingWindow(Check):
    rule = Rule(
        code="P101",
        name="empty-pooling-window",
        # An error, although Caffe runs the net: no image gives a useful result.
        severity=Severity.ERROR,
        summary="A pooling window without elements, for which Caffe computes garbage.",
        what="Finds Pooling layers whose last window starts at or past the edge of the bottom.",
        why="""
            Caffe reports nothing. It fills the window with -FLT_MAX (about -3.4e38) for MAX and
            with NaN for AVE, and later layers spread the value through the net. This can happen if
            the stride is larger than the kernel: Caffe rounds the number of windows up, and the
            last window has no elements left. An AVE window that starts past the edge, not
            exactly at it, is 0 and is not reported.
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
        for step, sides, axis in poolings(analysis):
            average = step.layer.pooling_param.pool == proto.PoolingParameter.AVE
            # Only the last window can be empty: the one before it starts a whole stride earlier.
            if empty_windows(axis.size, axis.stride, axis.pad, axis.pooled, average=average):
                yield self._empty(analysis, step, sides, axis, average)

    def _empty(
        self, analysis: Analysis, step: Step, sides: Sides, axis: Axis, average: bool
    ) -> Diagnostic:
        # PoolingLayer::Forward_cpu begins each maximum with this value.
        garbage = "-FLT_MAX"
        if average:
            garbage = "NaN, because AVE divides 0 by 0"
        start = axis.window(axis.pooled - 1).start
        edge = "at" if start == axis.size else "past"
        return self.found(
            step,
            f"1 of {axis.pooled} windows {sides.direction} is empty; Caffe fills it with {garbage}",
            field="pooling_param.stride",
            why=f"the last window starts at {start}, {edge} the edge of {sides} {axis.size}"
            f" (kernel {axis.kernel}, stride {axis.stride})",
            fix=_rounded_down(analysis, step, axis),
        )


def _rounded_down(analysis: Analysis, step: Step, axis: Axis) -> Fix | None:
    """A fix that drops the empty window, if the net is accepted with it."""
    if axis.floor:
        return None
    if empty_windows(axis.size, axis.stride, axis.pad, axis.floored):
        return None
    edits = (Edit(step.path("pooling_param.round_mode"), "set", "FLOOR"),)
    effect = accepted(analysis, edits)
    if effect is None:
        return None
    title = f"set round_mode: FLOOR, which drops the empty window and leaves {axis.floored}"
    return Fix(title, edits, safe=not effect.changes_params)
