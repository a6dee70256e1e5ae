from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule


@register
class LabelInOnePhase(Check):
    rule = Rule(
        code="G303",
        name="label-in-one-phase",
        severity=Severity.WARNING,
        summary="A top of a data layer that is read in one phase, but not in the other.",
        what="""
            Finds blobs that data layers produce in TRAIN and in TEST, and that are read in only one
            of the two phases.
            """,
        why="""
            Usually a loss or an Accuracy layer is missing in one phase, or reads another blob.
            Caffe then treats the blob as an output of the net, and the solver logs its mean.
            """,
        fix="Add the layer that reads the blob in that phase, or read it with a Silence layer.",
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
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
              include { phase: TRAIN }
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
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
              include { phase: TRAIN }
            }
            layer {
              name: "accuracy" type: "Accuracy"
              bottom: "fc" bottom: "label" top: "accuracy"
              include { phase: TEST }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        made = [(analysis, _made(analysis)) for analysis in phases.analyses]
        for analysis, mine in made:
            for other, theirs in made:
                for name, (step, position) in mine.items():
                    if other is analysis or name not in theirs or step.tops[position].readers:
                        continue
                    reader = next(iter(_readers(*theirs[name])), None)
                    if reader:
                        yield self.found(
                            step,
                            f'no layer reads its top "{name}" in {analysis.phase}; in {other.phase}'
                            f' "{reader.layer.name}" does',
                            field=f"top[{position}]",
                        )


def _made(analysis: Analysis) -> dict[str, tuple[Step, int]]:
    return {top.name: (step, top.top) for step in sources(analysis) for top in step.tops}


def _readers(step: Step, position: int) -> list[Step]:
    return step.tops[position].readers
