from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix
from protogen.graph import Step
from protogen.rules import Rule

_FIELD = "scale_param.bias_term"


@register
class ScaleWithoutBias(Check):
    rule = Rule(
        code="G213",
        name="scale-without-bias",
        # A note, because a later layer may learn the shift.
        severity=Severity.NOTE,
        summary="A Scale layer that reads a BatchNorm and learns no shift.",
        what="""
            Finds Scale layers without `bias_term: true` that read the top of a BatchNorm layer,
            unless a Bias layer reads their top.
            """,
        why="""
            The scale and the shift of the paper (Ioffe & Szegedy 2015) are both part of the layer
            in other frameworks. In Caffe, `bias_term` is false by default, and Scale only learns
            the scale.
            """,
        fix="""
            Add `bias_term: true`. The layer then learns one more blob, and weights that were
            trained without it no longer match.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
            }
            layer {
              name: "scale" type: "Scale" bottom: "bn" top: "bn"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
            }
            layer {
              name: "scale" type: "Scale" bottom: "bn" top: "bn"
              scale_param { bias_term: true }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("Scale"):
            if step.layer.scale_param.bias_term:
                continue
            # Alone, a Scale is often a learned factor for each channel, and intended without bias.
            if not _normalized(step) or _has_bias(step):
                continue
            edit = Edit(step.path(_FIELD), "set", True)
            yield self.found(
                step,
                "learns a scale but no shift, because bias_term is false",
                field=_FIELD if step.layer.scale_param.HasField("bias_term") else "",
                fix=Fix("set bias_term: true, which adds a learnable blob", (edit,)),
            )


def _normalized(step: Step) -> bool:
    """Whether the only bottom is the top of a BatchNorm."""
    if len(step.bottoms) != 1 or step.bottoms[0] is None:
        return False
    return step.bottoms[0].step.type == "BatchNorm"


def _has_bias(step: Step) -> bool:
    """Whether a Bias layer adds the shift, as some nets write it."""
    types: set[str] = set()
    for top in step.tops:
        types.update(reader.type for reader in top.readers)
    return "Bias" in types
