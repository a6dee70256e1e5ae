from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import poolings
from protogen.checks._repairs import accepted
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix, delete
from protogen.graph import Step
from protogen.layers._pooled import Axis
from protogen.rules import Rule


@register
class GlobalPoolingLeftover(Check):
    rule = Rule(
        code="P105",
        name="global-pooling-leftover",
        severity=Severity.WARNING,
        summary="A pooling that covers nearly all of its bottom, probably meant to be global.",
        what="""
            Finds Pooling layers whose kernel covers more than half of the bottom, while a few rows
            or columns are in no window, or in a second window that holds little else.
            """,
        why="""
            A kernel for one image size (7 for the last 7x7 blob of a net for 224x224 images) no
            longer covers the bottom if the images are larger. The net should produce one value per
            channel, but ignores the edge or produces several values.
            """,
        fix="Use `global_pooling: true` instead of a kernel size.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 1024 dim: 8 dim: 8 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { pool: AVE kernel_size: 7 stride: 7 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 1024 dim: 8 dim: 8 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { pool: AVE global_pooling: true }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in poolings(analysis):
            over = axis.size + axis.pad - axis.window(0).stop
            if axis.kernel < 4 or not 0 < over < axis.kernel - over:
                continue
            last = axis.window(axis.pooled - 1)
            if axis.pooled == 1:
                told = f"{_are(over)} in no window"
            elif axis.pooled == 2 and last.elements <= over:
                told = f"a second window holds only {last.elements}"
            else:
                continue
            yield self.found(
                step,
                f"its kernel of {axis.kernel} takes nearly all of a {names} of {axis.size}: {told}",
                field="pooling_param.kernel_size",
                fix=_whole(analysis, step, axis),
            )


def _are(over: int) -> str:
    return f"the last {over} are" if over > 1 else "the last is"


def _whole(analysis: Analysis, step: Step, axis: Axis) -> Fix | None:
    """Pooling globally, if the net is accepted with it."""
    param = step.layer.pooling_param
    given = [
        field.name for field, _ in param.ListFields() if field.name[:3] in ("ker", "str", "pad")
    ]
    edits = [delete(step.path(f"pooling_param.{name}")) for name in given]
    edits.append(Edit(step.path("pooling_param.global_pooling"), "set", True))
    if accepted(analysis, edits) is None:
        return None
    return Fix(f"global_pooling: true takes all {axis.size}", tuple(edits))
