from __future__ import annotations

from collections.abc import Iterator

from protogen import proto
from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import poolings
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class AverageOverhang(Check):
    rule = Rule(
        code="P103",
        name="average-overhang",
        # Caffe does the same in training and testing: the difference shows in a port.
        severity=Severity.NOTE,
        summary="An average pooling that divides its last window by fewer elements than the rest.",
        what="Finds AVE poolings whose last window extends past the padded edge of the bottom.",
        why="""
            Caffe divides each window by the number of its elements inside the padded bottom:
            padding counts, the part past the padding does not. At the border, the top is therefore
            scaled differently than in the middle, and differently than in frameworks that divide by
            the whole kernel or leave out the padding.
            """,
        fix="""
            Use an input size that divides evenly (`protogen sizes` lists them), or set `round_mode:
            FLOOR`.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { pool: AVE kernel_size: 3 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { pool: AVE kernel_size: 3 stride: 2 round_mode: FLOOR }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, sides, axis in poolings(analysis):
            if step.layer.pooling_param.pool != proto.PoolingParameter.AVE:
                continue
            # Without windows, `pooling-kernel-exceeds-bottom` reports it.
            if axis.pooled < 1:
                continue
            # Rounding up adds at most one window, so only the last can extend past the padded edge.
            last = axis.window(axis.pooled - 1)
            # With a divisor of 0, `empty-pooling-window` reports it.
            if last.overhang and last.divisor > 0:
                yield self.found(
                    step,
                    f"{sides.direction}, the last window extends past the edge by {last.overhang};"
                    f" Caffe divides by {last.divisor} there instead of {axis.kernel}",
                    field="pooling_param",
                )
