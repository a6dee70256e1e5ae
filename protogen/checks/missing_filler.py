from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule

#: The types with a ``weight_filler``, and the field with their parameters.
_FILLED = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
    "Embed": "embed_param",
}


@register
class MissingFiller(Check):
    rule = Rule(
        code="W101",
        name="missing-filler",
        # Harmless if weights are loaded, which the net does not say.
        severity=Severity.WARNING,
        summary="A layer whose weights start at zero, in a net that is trained.",
        what="""
            Finds Convolution, Deconvolution, InnerProduct and Embed layers in TRAIN that have no
            `weight_filler`, or a constant one of 0, and whose learning rate is not 0. It is a
            warning if most of these layers have a filler. It is a note if most have none, or the
            first ones, because such a net is probably intended to start from a caffemodel.
            """,
        why="""
            Without a filler, Caffe fills the weights with 0. All outputs of the layer are then
            equal, and the layers before it get no gradient. After another layer with zero weights,
            the layer learns nothing.
            """,
        fix='Add `weight_filler { type: "xavier" }`, or `"msra"` before a ReLU.',
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
              inner_product_param { num_output: 300 weight_filler { type: "xavier" } }
            }
            layer {
              name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2"
              inner_product_param { num_output: 100 weight_filler { type: "xavier" } }
            }
            layer {
              name: "fc3" type: "InnerProduct" bottom: "fc2" top: "fc3"
              inner_product_param { num_output: 10 }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc3" bottom: "label" top: "loss"
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
              inner_product_param { num_output: 300 weight_filler { type: "xavier" } }
            }
            layer {
              name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2"
              inner_product_param { num_output: 100 weight_filler { type: "xavier" } }
            }
            layer {
              name: "fc3" type: "InnerProduct" bottom: "fc2" top: "fc3"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc3" bottom: "label" top: "loss"
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        # Without a loss, nothing is learned from the start, so the weights have to be loaded.
        for analysis in phases.trained:
            yield from self._unfilled(analysis)

    def _unfilled(self, analysis: Analysis) -> Iterator[Diagnostic]:
        learning, unfilled = [], []
        for step in analysis.steps:
            if step not in analysis.useful or not _learns_own_weights(step):
                continue
            learning.append(step)
            if _is_zero(_param(step)):
                unfilled.append(step)
        are_few = 2 * len(unfilled) < len(learning)
        severity = Severity.NOTE
        if are_few and not _are_first(unfilled, learning):
            severity = self.severity
        for step in unfilled:
            reason = "weight_filler is missing"
            if _param(step).HasField("weight_filler"):
                reason = "weight_filler is constant 0"
            yield self.found(
                step,
                f"its weights start at 0: {reason}",
                field=_FILLED[step.type],
                why="Caffe fills weights with 0 by default, and only weights that are loaded from a"
                " file replace them",
                hint='add weight_filler { type: "xavier" }',
                severity=severity,
            )


def _are_first(unfilled: Sequence[Step], learning: Sequence[Step]) -> bool:
    """Whether the first layers have no filler, because they are those of a net that is loaded."""
    # A single one may be the first only by chance.
    if len(unfilled) < 2:
        return False
    return unfilled == learning[: len(unfilled)]


def _learns_own_weights(step: Step) -> bool:
    """Whether the layer has weights that it learns and does not share with another layer."""
    if step.type not in _FILLED or step.faults:
        return False
    if not step.layer.param:
        return True
    # The first learnable blob of all these types is the weights.
    weights = step.layer.param[0]
    return weights.lr_mult != 0 and not weights.name


def _param(step: Step) -> Any:
    return getattr(step.layer, _FILLED[step.type])


def _is_zero(param: Any) -> bool:
    filler = param.weight_filler
    # The default of FillerParameter: type "constant", value 0.
    return bool(filler.type == "constant" and filler.value == 0)
