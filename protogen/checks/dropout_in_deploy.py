from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Fix, delete
from protogen.rules import Rule


@register
class DropoutInDeploy(Check):
    rule = Rule(
        code="G209",
        name="dropout-in-deploy",
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
        for analysis in phases.analyses if phases.deploy else ():
            for step in analysis.of_type("Dropout") if analysis.phase == "TEST" else ():
                fix = Fix("take the layer out", (delete(step.path()),), safe=True)
                yield self.found(
                    step,
                    "does nothing in a net that is not trained",
                    why="in TEST Dropout copies its bottom",
                    fix=fix if step.in_place else None,
                )
