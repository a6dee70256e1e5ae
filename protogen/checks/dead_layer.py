from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._wiring import list_names
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule


@register
class DeadLayer(Check):
    rule = Rule(
        code="G203",
        name="dead-layer",
        severity=Severity.WARNING,
        summary="A layer with weights that no loss depends on, in a net that is trained.",
        what="""
            Finds layers with learnable blobs that run in TRAIN and from which no path leads to a
            loss, in nets that have a loss. In a chain of such layers, the last one is reported.
            """,
        why="""
            The layer gets no gradient, so its weights keep their initial values. It still takes
            time in every pass, and layers that read it in another phase read noise.
            """,
        fix="Connect the layer to a loss, or remove it from TRAIN.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "aux" type: "InnerProduct" bottom: "data" top: "aux"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "aux" type: "InnerProduct" bottom: "data" top: "aux"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            layer {
              name: "aux_loss" type: "SoftmaxWithLoss"
              bottom: "aux" bottom: "label" top: "aux_loss" loss_weight: 0.3
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            for step, earlier in _dead_ends(analysis):
                layers = "layer" if len(earlier) == 1 else "layers"
                yield self.found(
                    step,
                    "no loss depends on it, so its weights are never trained",
                    where=f"the same is true of the earlier {layers} {list_names(earlier)}"
                    if earlier
                    else "",
                )


def _dead_ends(analysis: Analysis) -> list[tuple[Step, list[Step]]]:
    """The last layers that learn for no loss, each with such earlier layers that it depends on."""
    learning: dict[Step, list[Step]] = {}  # for each useless layer, those that learn up to it
    last: list[Step] = []
    for step in analysis.steps:
        if step in analysis.useful:
            continue
        earlier: list[Step] = []
        for bottom in step.bottoms:
            if bottom is not None:
                earlier += learning.get(bottom.step, [])
        if step.learns and not step.faults:
            last = [each for each in last if each not in earlier]
            last.append(step)
            earlier.append(step)
        learning[step] = list(dict.fromkeys(earlier))
    return [(step, [each for each in learning[step] if each is not step]) for step in last]
