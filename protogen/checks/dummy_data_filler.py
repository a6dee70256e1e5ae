from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.layers.dummy_data import forward_faults
from protogen.rules import Rule


@register
class DummyDataFiller(Check):
    rule = Rule(
        code="S211",
        name="dummy-data-filler",
        # Caffe loads the net, but cannot run it.
        severity=Severity.ERROR,
        summary="A filler of a DummyData layer on which Caffe aborts in the first forward pass.",
        what="""
            Checks the fillers that are not constant. `filler` reports constant fillers and unknown
            types of fillers.
            """,
        why="""
            Caffe loads the net, because only constant fillers run at set-up. All others run in
            every forward pass, and Caffe aborts in the first one.
            """,
        fix="Correct the filler, or the shape that it cannot fill.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data"
              dummy_data_param {
                shape { dim: 32 dim: 784 }
                data_filler { type: "uniform" min: 1 max: 0 }
              }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data"
              dummy_data_param {
                shape { dim: 32 dim: 784 }
                data_filler { type: "uniform" min: 0 max: 1 }
              }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("DummyData"):
            ctx = analysis.context(step)
            if ctx is None:
                continue
            # DummyDataLayer::LayerSetUp fills constants only. Other fillers run in each Forward.
            shapes = [value.shape or () for value in step.tops]
            for fault in forward_faults(ctx, shapes):
                yield self.found(
                    step,
                    fault.message,
                    field=fault.field,
                    why="Caffe loads the net, and aborts in the first forward pass",
                )
