from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.checks._rule import Rule, Run, rule
from protogen.diagnostics import Diagnostic
from protogen.graph import Value

#: Layers whose gradient is computed from the values of their top.
_NEED_TOP = {"ELU", "Exp", "LRN", "MVN", "Sigmoid", "Softmax", "Swish", "TanH"}
#: Layers that may write over their bottom without changing a value.
_KEEP = {"Reshape", "Flatten", "Split"}


@rule
class OverwrittenTop(Rule):
    """A top that is overwritten in place while its layer still needs it for the gradient.

    **What it does.** Finds, in training, layers that work in place on the top of a layer whose
    gradient is computed from that top: Sigmoid, TanH, Softmax, Exp, ELU, Swish, LRN, MVN.

    **Why it is bad.** The backward pass reads what the later layer left there. Caffe does not
    notice; the gradients are wrong.

    **Example.** A TanH with top ``fc1``, and a Dropout with bottom and top ``fc1`` behind it.

    **Mended.** Give the later layer a top of its own.
    """

    code, name = "G205", "overwritten-top"

    def check_run(self, run: Run) -> Iterator[Diagnostic]:
        if not run.trained:
            return
        useful = run.useful
        for step in run.steps:
            if step not in useful or step.layer.type in _KEEP:
                continue
            for position in step.in_place:
                maker = _needed_by(step.bottoms[position])
                if maker:
                    yield self.found(
                        step,
                        f'overwrites "{step.tops[position].name}", from which layer'
                        f' "{maker.name}" ({maker.type}) computes its gradient',
                        field=f"top[{position}]",
                        hint="give the top a name of its own, and read that further on",
                    )


def _needed_by(value: Value | None) -> Any:
    """The layer that made the value, if it computes its gradient from it."""
    if value is not None and value.step.layer.type in _NEED_TOP:
        return value.step.layer
    return None
