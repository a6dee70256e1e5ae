from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._pooling import poolings
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.layers._pooled import Axis


@rule
class PoolingRounds(Rule):
    """A pooling whose windows do not come out even, so that other frameworks make another size.

    **What it does.** Finds Pooling layers where the stride does not divide what is left of the
    bottom after the first window. Caffe then rounds up, and its last window overhangs the edge; or
    with ``round_mode: FLOOR`` it rounds down, and the last rows or columns are in no window.

    **Why it is bad.** PyTorch, ONNX and TensorFlow round down unless told otherwise: a net that is
    converted, or weights that come from there, meet other sizes. And a Convolution beside such a
    pooling rounds down, so that the two no longer fit together.

    **Example.** ``pooling_param { kernel_size: 2 stride: 2 }`` on 75x75 makes 38x38, elsewhere
    37x37.

    **Mended.** Give the net images of a size that comes out even (``protogen sizes`` lists them),
    or set ``round_mode: FLOOR`` where the weights come from a framework that rounds down.
    """

    code, name, severity = "P102", "pooling-rounds", Severity.NOTE

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
