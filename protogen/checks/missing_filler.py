from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen import layers
from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule

_FILLED = {"Convolution", "Deconvolution", "InnerProduct", "Embed"}


@register
class MissingFiller(Check):
    rule = Rule(
        code="W101",
        name="missing-filler",
        severity=Severity.WARNING,
        summary="A layer whose weights start at zero, in a net that is trained.",
        what="""
            Finds Convolution, Deconvolution, InnerProduct and Embed layers in TRAIN that have no
            `weight_filler`, or a constant one of 0, and whose learning rate is not 0. It is a
            warning if most of these layers have a filler. It is a note if most have none, because
            such a net is probably meant to start from a caffemodel.
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
