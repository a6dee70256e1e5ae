from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import poolings
from protogen.checks._sides import Sides
from protogen.diagnostics import Diagnostic, Severity
from protogen.explanations.quotients import quotient
from protogen.graph import Step
from protogen.rules import Rule
from protogen.windows import Axis


@register
class PoolingRounds(Check):
    rule = Rule(
        code="P102",
        name="pooling-rounds",
        # A note, because Caffe's rounding is right in Caffe: it explains a size.
        severity=Severity.NOTE,
        summary="A pooling whose windows do not divide its bottom evenly, so that Caffe rounds.",
        what="""
            Finds Pooling layers whose stride does not divide `size + 2 * pad - kernel`. Caffe
            rounds up, and the last window extends past the edge. With `round_mode: FLOOR` it rounds
            down, and the last rows or columns are in no window.
            """,
        why="""
            PyTorch, ONNX and TensorFlow round down by default, so a converted net, or a net with
            converted weights, gets other sizes. A Convolution layer also rounds down, so that its
            top may not match the top of the pooling.
            """,
        fix="""
            Use an input size that divides evenly (`protogen sizes` lists them). Use `round_mode:
            FLOOR` if the weights come from a framework that rounds down.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 75 dim: 75 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 76 dim: 76 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, sides, axis in poolings(analysis):
            if not axis.rounds:
                continue
            if axis.floor:
                yield from self._rounded_down(step, sides, axis)
            # With padding, Caffe may drop the window again that rounding up has added.
            elif axis.pooled != axis.floored:
                yield self.found(
                    step,
                    _equation(sides, axis, f"Caffe rounds up to {axis.pooled - 1}"),
                    field="pooling_param",
                    why=_other_frameworks(axis),
                )

    def _rounded_down(self, step: Step, sides: Sides, axis: Axis) -> Iterator[Diagnostic]:
        unread = axis.size - axis.window(axis.pooled - 1).stop
        # Otherwise, only padding is in no window.
        if unread > 0:
            equation = _equation(sides, axis, f"is rounded down to {axis.pooled - 1}")
            message = f"{equation}; {sides.last_lines(unread)} in no window"
            yield self.found(step, message, field="pooling_param")


def _equation(sides: Sides, axis: Axis, rounded: str) -> str:
    """``height 75 becomes 38: (75 - 2) / 2 = 36.5, which Caffe rounds up to 37, plus 1``."""
    # An equation that people check by hand: every term is a number of the net.
    padding = f" + 2*{axis.pad}" if axis.pad else ""
    exact = quotient(axis.size + 2 * axis.pad - axis.kernel, axis.stride)
    return (
        f"{sides} {axis.size} {sides.become} {axis.pooled}:"
        f" ({axis.size}{padding} - {axis.kernel}) / {axis.stride} = {exact}, which {rounded},"
        " plus 1"
    )


def _other_frameworks(axis: Axis) -> str:
    """What the other frameworks do by default. TensorFlow's pooling has no padding of this kind."""
    others = "PyTorch and ONNX" if axis.pad else "PyTorch, ONNX and TensorFlow (VALID)"
    # A kernel that is larger than the bottom fits no window when rounded down.
    result = f"produce {axis.floored}" if axis.floored > 0 else "reject the kernel"
    covered = axis.window(axis.pooled - 1).elements
    return (
        f"{others} round down by default and {result}; the last window of Caffe covers {covered} of"
        f" {axis.kernel} elements"
    )
