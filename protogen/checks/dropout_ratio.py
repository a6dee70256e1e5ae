from __future__ import annotations

from collections.abc import Iterator

from protogen import proto
from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule


@register
class DropoutRatio(Check):
    rule = Rule(
        code="S210",
        name="dropout-ratio",
        # Caffe loads the net, but cannot train it.
        severity=Severity.ERROR,
        summary="A Dropout layer whose ratio is not at least 0 and less than 1.",
        what="Finds Dropout layers in training with such a `dropout_ratio`.",
        why="""
            Caffe multiplies by 1 / (1 - dropout_ratio). With a ratio of 1 that is infinite, and as
            infinity times 0 is NaN, all elements of the top are NaN. Caffe reports nothing. With a
            ratio below 0 or above 1, it aborts in the first iteration. In TEST, it does not look at
            the ratio.
            """,
        fix="Use a ratio of at least 0 and less than 1.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "drop" type: "Dropout" bottom: "data" top: "drop"
              dropout_param { dropout_ratio: 1 }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "drop" top: "fc"
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
              name: "drop" type: "Dropout" bottom: "data" top: "drop"
              dropout_param { dropout_ratio: 0.5 }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "drop" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("Dropout"):
            ratio = step.layer.dropout_param.dropout_ratio
            if 0 <= ratio < 1 or not _drops(analysis, step):
                continue
            # DropoutLayer::LayerSetUp checks the ratio only in a debug build.
            if ratio == 1:
                message = "dropout_ratio 1 makes every element NaN in training"
                why = "Caffe multiplies by 1 / (1 - dropout_ratio), which is infinite"
            else:
                # caffe_rng_bernoulli checks that it gets a probability.
                message = f"dropout_ratio must be at least 0 and less than 1, got {ratio:g}"
                why = "Caffe aborts in the first iteration of training"
            yield self.found(step, message, field="dropout_param.dropout_ratio", why=why)


def _drops(analysis: Analysis, step: Step) -> bool:
    """Whether the layer runs as in training: in TRAIN, or with a phase of its own."""
    if step.layer.HasField("phase"):
        return bool(step.layer.phase == proto.TRAIN)
    return analysis.trained
