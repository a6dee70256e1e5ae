from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import poolings
from protogen.diagnostics import Diagnostic, Severity
from protogen.layers._pooled import Axis
from protogen.rules import Rule


@register
class PoolingRounds(Check):
    rule = Rule(
        code="P102",
        name="pooling-rounds",
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
        for step, names, axis in poolings(analysis):
            if axis.rounds and (axis.floor or axis.pooled != axis.floored):
                unread = axis.size - axis.window(axis.pooled - 1).stop
                if not axis.floor:
                    yield self.found(step, _up(axis, names), field=_FIELD, why=_elsewhere(axis))
                elif unread > 0:
                    yield self.found(step, _down(axis, names, unread), field=_FIELD)


_FIELD = "pooling_param"


def _up(axis: Axis, names: str) -> str:
    return (
        f"a {names} of {axis.size} becomes {axis.pooled}: {_division(axis)},"
        f" and Caffe rounds {axis.floored} up"
    )


def _down(axis: Axis, names: str, unread: int) -> str:
    last = "the last is" if unread == 1 else f"the last {unread} are"
    return (
        f"a {names} of {axis.size} becomes {axis.pooled}: {_division(axis)}, FLOOR rounds"
        f" it down, and {last} in no window"
    )


def _division(axis: Axis) -> str:
    """``(75 + 2*0 - 2) / 2 leaves 1``."""
    padded = f" + 2*{axis.pad}" if axis.pad else ""
    return f"({axis.size}{padded} - {axis.kernel}) / {axis.stride} leaves {axis.remainder}"


def _elsewhere(axis: Axis) -> str:
    others = "PyTorch and ONNX with ceil_mode off"
    if not axis.pad:
        others += ", and TensorFlow's VALID"
    made = f"make {axis.floored}" if axis.floored > 0 else "refuse it"
    return f"{others} {made}; the last window here covers {_covered(axis)}"


def _covered(axis: Axis) -> str:
    return f"{axis.window(axis.pooled - 1).elements} of {axis.kernel} elements"
