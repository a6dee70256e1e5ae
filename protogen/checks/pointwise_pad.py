from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._convolved import convolutions
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic


@rule
class PointwisePad(Rule):
    """A 1x1 convolution with padding, which frames its top with nothing but the bias.

    **What it does.** Finds Convolution layers with a kernel of 1 and a pad on the same axis.

    **Why it is bad.** A window of one element in the padding holds no data: the border of the top
    is the bias alone, whatever the image, and it makes the top larger for nothing.

    **Example.** ``convolution_param { kernel_size: 1 pad: 1 }``

    **Mended.** ``convolution_param { kernel_size: 1 }``
    """

    code, name = "S203", "pointwise-pad"

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, names, axis in convolutions(analysis):
            if axis.kernel == 1 and axis.pad:
                yield self.found(
                    step,
                    f"a kernel of 1 with a pad of {axis.pad} in {names} makes a border of"
                    f" {axis.pad} that is the bias and nothing else",
                    field="convolution_param.pad",
                )
