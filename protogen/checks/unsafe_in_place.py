from __future__ import annotations

from collections.abc import Iterator

from protogen import proto
from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.gradients import passing_gradients
from protogen.graph import Step
from protogen.rules import Rule


@register
class UnsafeInPlace(Check):
    rule = Rule(
        code="G204",
        name="unsafe-in-place",
        # Caffe accepts a layer in place without asking whether its type may be.
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
        # In TEST nothing passes a gradient, so that only the forward pass counts there.
        passing = passing_gradients(analysis)
        for step in analysis.steps:
            if not step.in_place or step.faults:
                continue
            need = _need(step, step in passing)
            if need:
                yield self.found(
                    step,
                    f'overwrites its bottom "{step.tops[0].name}", which it still needs {need}',
                    field="top[0]",
                    hint="give the top another name, and let the later layers read it",
                )


def _need(step: Step, passes_gradient: bool) -> str:
    """Why the layer still needs its bottom; empty if it does not."""
    schema = step.schema
    if schema is None:
        return ""
    # ConcatLayer::Reshape shares the memory of a single bottom, and copies nothing.
    if step.type == "Concat" and len(step.bottoms) == 1:
        return ""
    if schema.reads_bottom_while_writing:
        return "to compute the rest of its top"
    # A product reads each element right before it writes it.
    is_sum = step.layer.eltwise_param.operation == proto.EltwiseParameter.SUM
    if is_sum and step.type == "Eltwise":
        return "for the sum: Caffe clears the top before it adds"
    needs_later = passes_gradient and schema.reads_bottom_in_backward
    return "for its gradient" if needs_later else ""
