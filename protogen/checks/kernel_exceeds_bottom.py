from __future__ import annotations

from protogen.checks._rule import Rule, rule
from protogen.diagnostics import RULES, Severity


@rule
class KernelExceedsBottom(Rule):
    """A window that does not fit into its bottom, padding and all.

    **What it does.** Computes the number of windows of a Convolution, Deconvolution or Im2col, and
    where the last window of a padded Pooling starts.

    **Why it is bad.** There is no top to make, and Caffe dies on loading the net. Most often the
    images are too small for the strides before.

    **Example.** ``convolution_param { kernel_size: 7 }`` on 4x4.

    **Mended.** Larger images, a smaller kernel, or a pad that makes it fit.
    """

    code, name, severity = RULES["kernel-exceeds-bottom"], "kernel-exceeds-bottom", Severity.ERROR
