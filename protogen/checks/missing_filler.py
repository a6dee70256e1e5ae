from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen import layers
from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step

_FILLED = {"Convolution", "Deconvolution", "InnerProduct", "Embed"}


@rule
class MissingFiller(Rule):
    """A layer whose weights begin at zero, in a net that is being trained.

    **What it does.** Finds, in training, Convolution, Deconvolution, InnerProduct and Embed layers
    without a ``weight_filler`` (or with a constant one of 0) whose learning rate is not 0. It is a
    warning where most such layers have fillers, and a note where most have none: such a net is
    meant to start from a caffemodel.

    **Why it is bad.** Caffe fills with 0 unless it is told otherwise. All outputs are then equal,
    the layers before get no gradient, and behind another such layer nothing is ever learnt.

    **Example.** ``inner_product_param { num_output: 10 }`` in a net trained from scratch.

    **Mended.** ``weight_filler { type: "xavier" }``, or "msra" in front of a ReLU.
    """

    code, name = "W101", "missing-filler"

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            yield from self._of(analysis)

    def _of(self, analysis: Analysis) -> Iterator[Diagnostic]:
        useful = analysis.useful
        learning = [
            (step, _param(step)) for step in analysis.steps if step in useful and _begins_anew(step)
        ]
        bare = [step for step, param in learning if _zero(param)]
        oversight = 2 * len(bare) < len(learning)
        for step in bare:
            param = _param(step)
            given = param.HasField("weight_filler")
            yield self.found(
                step,
                f"its weights begin at 0: {'the filler is constant 0' if given else 'no filler'}",
                field=f"{layers.find(step.type).param}",  # type: ignore[union-attr]
                why="Caffe fills with constant 0 unless it is told otherwise; only weights loaded"
                " from a file change that",
                hint='weight_filler { type: "xavier" }',
                severity=None if oversight else Severity.NOTE,
            )


def _begins_anew(step: Step) -> bool:
    """Whether the layer learns its own weights, and does not share another's."""
    specs = step.layer.param
    kept = bool(specs) and (specs[0].lr_mult == 0 or specs[0].name)
    return step.type in _FILLED and not step.faults and not kept


def _param(step: Step) -> Any:
    schema = layers.find(step.type)
    return getattr(step.layer, schema.param) if schema else None


def _zero(param: Any) -> bool:
    filler = param.weight_filler
    return bool(filler.type == "constant" and filler.value == 0)
