from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix, delete
from protogen.rules import Rule

if TYPE_CHECKING:
    from protogen.proto import DropoutParameter


@register
class DropoutInDeploy(Check):
    rule = Rule(
        code="G209",
        name="dropout-in-deploy",
        # Harmless: in TEST, Dropout copies its bottom, and in place not even that.
        severity=Severity.NOTE,
        summary="A Dropout layer in a deploy net.",
        what="Finds Dropout layers in nets that have no loss and no data layers.",
        why="""
            In TEST, Dropout copies its bottom to its top. This takes some time, especially if the
            layer does not run in place, and some converters do not know the layer.
            """,
        fix="Remove the layer. It has no weights. The safe fix removes in-place layers.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 4096 } }
            }
            layer {
              name: "drop7" type: "Dropout" bottom: "data" top: "data"
            }
            layer {
              name: "fc8" type: "InnerProduct" bottom: "data" top: "fc8"
              inner_product_param { num_output: 1000 }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 4096 } }
            }
            layer {
              name: "fc8" type: "InnerProduct" bottom: "data" top: "fc8"
              inner_product_param { num_output: 1000 }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        # In a training net, the same layer runs in TRAIN, where it has its effect.
        if not phases.deploy:
            return
        for analysis in phases.in_phase("TEST"):
            for step in analysis.of_type("Dropout"):
                if _scales_in_test(step.layer.dropout_param):
                    continue
                fix = None
                # Otherwise other layers read its top, and would have to read its bottom then.
                if step.in_place:
                    fix = Fix("remove the layer", (delete(step.path()),), safe=True)
                yield self.found(
                    step,
                    "has no effect in a net that is not trained",
                    why="in TEST, Dropout copies its bottom",
                    fix=fix,
                )


def _scales_in_test(param: DropoutParameter) -> bool:
    """Whether TEST multiplies by 1 - dropout_ratio: forks have a field for it.

    (source: ``DropoutLayer::Forward_cpu`` of rbgirshick/caffe-fast-rcnn)
    """
    return param.HasField("scale_train") and not param.scale_train
