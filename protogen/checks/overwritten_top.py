from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.checks._wiring import passing_gradients
from protogen.diagnostics import Diagnostic

#: Layers whose gradient is computed from the values of their top.
_NEED_TOP = {"ELU", "Exp", "LRN", "MVN", "Sigmoid", "Softmax", "Swish", "TanH"}


@rule
class OverwrittenTop(Rule):
    """A top that is overwritten in place while its layer still needs it for the gradient.

    **What it does.** Finds, in training, layers that work in place on the top of a layer whose
    gradient is computed from that top: Sigmoid, TanH, Softmax, Exp, ELU, Swish, LRN, MVN, Power.

    **Why it is bad.** The backward pass reads what the later layer left there. Caffe does not
    notice; the gradients are wrong.

    **Example.** A TanH with top ``fc1``, and a Dropout with bottom and top ``fc1`` behind it.

    **Mended.** Give the later layer a top of its own.
    """

    code, name = "G205", "overwritten-top"

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            yield from self._of(analysis)

    def _of(self, analysis: Analysis) -> Iterator[Diagnostic]:
        passing = passing_gradients(analysis)
        for step in analysis.steps:
            for position in step.in_place:
                bottom = step.bottoms[position]
                if bottom is not None and bottom.step in passing and _needed(bottom.step.layer):
                    maker = bottom.step.layer
                    yield self.found(
                        step,
                        f'overwrites "{step.tops[position].name}", from which layer'
                        f' "{maker.name}" ({maker.type}) computes its gradient',
                        field=f"top[{position}]",
                        hint="give the top a name of its own, and let the later layers read it",
                    )


def _needed(layer: Any) -> bool:
    """Whether the layer computes its gradient from its top."""
    power = layer.type == "Power" and layer.power_param.power not in (0, 1, 2)
    return layer.type in _NEED_TOP or power
