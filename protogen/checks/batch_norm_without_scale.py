from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class BatchNormWithoutScale(Check):
    rule = Rule(
        code="G207",
        name="batch-norm-without-scale",
        # A linear layer that follows can learn the scale and the shift instead.
        severity=Severity.NOTE,
        summary="A BatchNorm layer without a Scale layer that reads its top.",
        what="Finds BatchNorm layers whose top is not read by a Scale layer.",
        why="""
            In Caffe, BatchNorm only normalizes. The learned scale and shift of the paper (Ioffe &
            Szegedy 2015), which are part of the layer in other frameworks, are a Scale layer with
            `bias_term: true` in Caffe. Without it, every channel keeps mean 0 and variance 1.
            """,
        fix="""
            Add a Scale layer with `scale_param { bias_term: true }`. It is not needed if the next
            layer is linear and has its own weights.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
            }
            layer {
              name: "relu" type: "ReLU" bottom: "bn" top: "bn"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 56 dim: 56 } }
            }
            layer {
              name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
            }
            layer {
              name: "scale" type: "Scale" bottom: "bn" top: "bn"
              scale_param { bias_term: true }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "bn" top: "bn"
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("BatchNorm"):
            # BVLC's BatchNorm keeps three blobs of statistics. Forks add a scale and a shift.
            scales_itself = len(step.facts.blobs) > 3
            if scales_itself or step.faults or not step.tops:
                continue
            # A Scale in place reads the top, too, and others then read what it writes.
            if any(reader.type == "Scale" for reader in step.tops[0].readers):
                continue
            yield self.found(
                step,
                "no Scale layer reads its top, so no scale and shift are learned",
                why="in Caffe, BatchNorm only normalizes",
                hint="add a Scale layer with scale_param { bias_term: true }",
            )
