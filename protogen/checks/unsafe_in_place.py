from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._rule import Rule, rule
from protogen.checks._wiring import passing_gradients
from protogen.diagnostics import Diagnostic
from protogen.graph import Step

#: Layers that still need their bottom when they have begun to write their top.
_FORWARD = {
    "Concat",
    "Convolution",
    "Crop",
    "Deconvolution",
    "Im2col",
    "InnerProduct",
    "Pooling",
    "Reduction",
    "Tile",
}
#: Layers whose gradient is computed from the values of their bottom, or written where it is read.
_BACKWARD = {"BNLL", "Clip", "LRN", "Log", "MVN", "Power"}


@rule
class UnsafeInPlace(Rule):
    """A layer that works in place where it cannot, which Caffe does not refuse.

    **What it does.** Finds layers that write their top over their bottom although they still need
    the bottom: for the result (Convolution, InnerProduct, Pooling, Eltwise sums and the like), or
    in training for the gradient (BNLL, Clip, LRN, Log, MVN, Power).

    **Why it is bad.** Caffe checks this for a few types only. The others run and compute garbage,
    or learn from wrong gradients.

    **Example.** An Eltwise sum with bottoms ``a`` and ``b`` and top ``a``: Caffe clears the top
    before it adds, and ``a`` with it.

    **Mended.** Give the top a name of its own, and let the later layers read it.
    """

    code, name = "G204", "unsafe-in-place"

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        passing = passing_gradients(analysis)
        for step in analysis.steps:
            if not step.in_place or step.faults:
                continue
            what = _needed(step, step in passing)
            if what:
                yield self.found(
                    step,
                    f'overwrites its bottom "{step.tops[0].name}", which it still needs {what}',
                    field="top[0]",
                    hint="give the top a name of its own, and let the later layers read it",
                )


def _needed(step: Step, learning: bool) -> str:
    layer = step.layer
    if layer.type in _FORWARD and not (layer.type == "Concat" and len(layer.bottom) == 1):
        return "to compute the rest of its top"
    if layer.type == "Eltwise" and layer.eltwise_param.operation == 1:
        return "for its sum: Caffe clears the top before it adds"
    if learning and layer.type in _BACKWARD:
        return "for its gradient"
    return ""
