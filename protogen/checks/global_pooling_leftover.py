from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import poolings
from protogen.diagnostics import Diagnostic, Severity, plural
from protogen.edits import Edit, Fix, delete
from protogen.explanations.repairs import accepted
from protogen.graph import Step
from protogen.rules import Rule
from protogen.windows import Axis

#: The smallest kernel that may be intended to cover a whole image.
_LEAST_KERNEL = 4


@register
class GlobalPoolingLeftover(Check):
    rule = Rule(
        code="P105",
        name="global-pooling-leftover",
        # Caffe computes it, for an image of another size than its author had in mind.
        severity=Severity.WARNING,
        summary="A pooling that covers nearly all of its bottom, probably intended to be global.",
        what="""
            Finds Pooling layers whose kernel covers more than half of the bottom, while a few rows
            or columns are in no window, or in a second window that contains little else.
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
        for step, sides, axis in poolings(analysis):
            left_over = axis.size + axis.pad - axis.window(0).stop
            # A kernel of 2 or 3 on a small image is a usual pooling, not a global one.
            if axis.kernel < _LEAST_KERNEL:
                continue
            if not 0 < left_over < axis.kernel - left_over:
                continue
            last = axis.window(axis.pooled - 1)
            if axis.pooled == 1:
                fact = f"{sides.last_lines(left_over)} in no window"
            # Caffe rounds up, so that the rest becomes a window of its own.
            elif axis.pooled == 2 and last.elements <= left_over:
                fact = f"a second window has only {plural(last.elements, 'element')}"
            else:
                continue
            yield self.found(
                step,
                f"kernel {axis.kernel} covers nearly all of {sides} {axis.size}: {fact}",
                field="pooling_param.kernel_size",
                fix=_global_pooling(analysis, step, axis),
            )


def _global_pooling(analysis: Analysis, step: Step, axis: Axis) -> Fix | None:
    """Replace the window with the whole bottom, if the net is accepted then."""
    edits = []
    # PoolingLayer::LayerSetUp rejects a kernel, a stride or a pad beside global_pooling.
    for field, _ in step.layer.pooling_param.ListFields():
        if field.name.startswith(("kernel", "stride", "pad")):
            edits.append(delete(step.path(f"pooling_param.{field.name}")))
    edits.append(Edit(step.path("pooling_param.global_pooling"), "set", True))
    if accepted(analysis, edits) is None:
        return None
    return Fix(f"set global_pooling: true, which covers all {axis.size}", tuple(edits))
