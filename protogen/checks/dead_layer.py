from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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
        # Caffe computes the layer all the same, and logs only that it needs no backward.
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
                where = ""
                if earlier:
                    layers = "layer" if len(earlier) == 1 else "layers"
                    where = f"the same is true of the earlier {layers} {list_names(earlier)}"
                yield self.found(
                    step, "no loss depends on it, so its weights are never trained", where=where
                )


def _dead_ends(analysis: Analysis) -> Iterable[tuple[Step, list[Step]]]:
    """The last layers that learn for no loss, each with such earlier layers that it depends on.

    A whole branch that leads to no loss is one finding, at its end.
    """
    last: dict[Step, list[Step]] = {}
    # For each layer on which no loss depends, those that learn up to it.
    learning: dict[Step, list[Step]] = {}
    for step in analysis.steps:
        # What a loss depends on cannot depend on a dead layer without keeping it alive.
        if step in analysis.useful:
            continue
        earlier = _learning_before(step, learning)
        learning[step] = earlier
        # The end of a branch stands for those that it depends on.
        if step.learns and not step.faults:
            for each in earlier:
                last.pop(each, None)
            last[step] = earlier
            learning[step] = [*earlier, step]
    return last.items()


def _learning_before(step: Step, learning: Mapping[Step, list[Step]]) -> list[Step]:
    """What learns on the ways to the bottoms of a layer; where these meet again, once."""
    found: list[Step] = []
    for bottom in step.bottoms:
        if bottom is not None:
            found += learning.get(bottom.step, [])
    return list(dict.fromkeys(found))
