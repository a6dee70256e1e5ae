from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._wiring import passing_gradients
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule

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


@register
class UnsafeInPlace(Check):
    rule = Rule(
        code="G204",
        name="unsafe-in-place",
        severity=Severity.WARNING,
        summary="An in-place layer that still needs its bottom, which Caffe does not check.",
        what="""
            Finds layers whose top overwrites their bottom although they still need it: for the
            result (Convolution, InnerProduct, Pooling, Eltwise sums and others), or in training for
            the gradient (BNLL, Clip, LRN, Log, MVN and Power).
            """,
        why="""
            Caffe rejects this for a few types only. The other types run, and compute garbage or
            wrong gradients. An Eltwise sum, for example, clears its top before it adds, and its
            bottom with it.
            """,
        fix="Give the layer its own top.",
        bad="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "a"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum"
            }
            """,
    )

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
