from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Value
from protogen.rules import Rule


@register
class LabelInOnePhase(Check):
    rule = Rule(
        code="G303",
        name="label-in-one-phase",
        # Legal, but one of the two phases is probably incomplete.
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
        # In both orders, because either phase may lack the reader.
        for analysis, other in permutations(phases.analyses, 2):
            data_of_other = _data(other)
            for name, value in _data(analysis).items():
                in_other = data_of_other.get(name)
                if value.readers or in_other is None:
                    continue
                # If no phase reads it, `unused-input` reports it.
                if in_other.readers:
                    yield self.found(
                        value.step,
                        f'no layer reads its top "{name}" in {analysis.phase}, but layer'
                        f' "{in_other.readers[0].name}" reads it in {other.phase}',
                        field=f"top[{value.top}]",
                    )


def _data(analysis: Analysis) -> dict[str, Value]:
    """The tops of the data layers, by name."""
    # By name: the two phases usually have a data layer each, with tops of the same names.
    found = {}
    for step in sources(analysis):
        for top in step.tops:
            found[top.name] = top
    return found
