from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._pooling import AVE, poolings
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class AverageOverhang(Rule):
    """An average over windows of which the last divides by fewer elements than the others.

    **What it does.** Finds AVE poolings whose last window reaches past the padded edge of the
    bottom.

    **Why it is bad.** Caffe divides each window by what lies within the padded edge: padding
    counts, what lies beyond does not. So the border is weighed otherwise than the middle, and
    otherwise than in a framework that divides by the whole kernel or leaves the padding out.

    **Example.** ``pooling_param { pool: AVE kernel_size: 3 stride: 2 }`` on 56x56: the windows of
    the last row and column average 2 where the others average 3.

    **Mended.** Images of a size that comes out even (``protogen sizes`` lists them), or
    ``round_mode: FLOOR``.
    """

    code, name, severity = "P103", "average-overhang", Severity.NOTE

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in poolings(analysis):
            if step.layer.pooling_param.pool != AVE or axis.pooled < 1:
                continue
            last = axis.window(axis.pooled - 1)
            if last.overhang and last.divisor > 0:
                yield self.found(
                    step,
                    f"the last window of its {names} overhangs by {last.overhang}, and is divided"
                    f" by {last.divisor} where the others are by {axis.kernel}",
                    field="pooling_param",
                )
