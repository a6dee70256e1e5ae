from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._pooling import poolings
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic


@rule
class PoolingKernelExceedsBottom(Rule):
    """A pooling window larger than all that there is to pool.

    **What it does.** Finds Pooling layers whose kernel is larger than the padded bottom.

    **Why it is bad.** Caffe loads it: rounding up makes one window that overhangs or, where the
    kernel is larger by a stride or more, none at all, and the layers behind compute on nothing.
    Other frameworks refuse it. The images are most likely too small for this net.

    **Example.** ``pooling_param { kernel_size: 3 stride: 2 }`` on 2x2.

    **Mended.** Larger images; or ``global_pooling: true``, where the whole bottom is meant.
    """

    code, name = "P106", "pooling-kernel-exceeds-bottom"

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in poolings(analysis):
            if axis.kernel <= axis.size + 2 * axis.pad:
                continue
            padded = f" with pad {axis.pad}" if axis.pad else ""
            made = "one window overhangs" if axis.pooled > 0 else "there are no windows at all"
            yield self.found(
                step,
                f"a kernel of {axis.kernel} is larger than a {names} of {axis.size}{padded}:"
                f" {made}",
                field="pooling_param.kernel_size",
            )
