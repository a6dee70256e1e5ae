from __future__ import annotations

from protogen.checks._rule import Rule, rule
from protogen.diagnostics import RULES, Severity


@rule
class PadReachesKernel(Rule):
    """A pooling padded by its whole kernel or more, which Caffe refuses.

    **What it does.** Compares a Pooling layer's pad with its kernel, on both axes.

    **Why it is bad.** The first window would hold nothing but padding. Caffe dies on loading such a
    net.

    **Example.** ``pooling_param { kernel_size: 2 stride: 2 pad: 2 }``

    **Mended.** ``pooling_param { kernel_size: 2 stride: 2 pad: 1 }``
    """

    code, name, severity = RULES["pad-reaches-kernel"], "pad-reaches-kernel", Severity.ERROR
