from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._wiring import MEASURES
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule
from protogen.shapes import format_shape


@register
class UnreadTop(Check):
    rule = Rule(
        code="G202",
        name="unread-top",
        # Legal: such a top is an output of the net, but in training rarely intended.
        severity=Severity.WARNING,
        summary="A top that no layer reads, in a net that is trained.",
        what="""
            Finds tops in TRAIN that no layer reads and that are not a loss or a measure such as
            Accuracy, in nets that have a loss. `dead-layer` reports layers that learn, and
            `unused-input` reports data.
            """,
        why="""
            The blob is computed for nothing, or a layer that should read it reads another blob.
            Caffe treats the blob as an output of the net, and logs all its values at every
            `display`.
            """,
        fix="""
            Remove the layer, run it in TEST only with `include { phase: TEST }`, or read its top
            with a Silence layer.
            """,
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
              name: "prob" type: "Softmax" bottom: "fc" top: "prob"
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
              name: "prob" type: "Softmax" bottom: "fc" top: "prob"
              include { phase: TEST }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for analysis in phases.trained:
            for step in analysis.steps:
                # `unused-input` and `label-in-one-phase` report the tops of data layers.
                if not step.layer.bottom:
                    continue
                if not _is_reported_elsewhere(analysis, step):
                    yield from self._unread(analysis, step)

    def _unread(self, analysis: Analysis, step: Step) -> Iterator[Diagnostic]:
        for position, top in enumerate(step.tops):
            if top.readers or top.weighed:
                continue
            # A later layer that writes the blob again has the last word on who reads it.
            if analysis.values.get(top.name) is not top:
                continue
            yield self.found(
                step,
                f'no layer reads its top "{top.name}" in {analysis.phase}',
                field=f"top[{position}]",
                where=f'"{top.name}" is {format_shape(top.shape)}',
                why="Caffe treats it as an output of the net, and logs all its values at every"
                " display",
            )


def _is_reported_elsewhere(analysis: Analysis, step: Step) -> bool:
    """Whether the tops of a layer are for people, or `dead-layer` reports the layer."""
    is_loss = step.schema is not None and step.schema.loss
    # People read these in the log.
    if is_loss or step.type in MEASURES:
        return True
    # Whatever reads it, no loss depends on it.
    return step.learns and step not in analysis.useful
