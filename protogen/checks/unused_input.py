from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule


@register
class UnusedInput(Check):
    rule = Rule(
        code="G201",
        name="unused-input",
        severity=Severity.WARNING,
        summary="A top of a data or Input layer that no layer reads in any phase.",
        what="""
            Finds tops of data and Input layers that no layer reads in any of the checked phases.
            """,
        why="""
            The net does not depend on this data. Usually a bottom has the name of another blob by
            mistake. Caffe treats the top as an output of the net.
            """,
        fix="""
            Correct the bottom that should read the top, or remove the top. If the labels are not
            needed, a data layer may have a single top.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "image" top: "rois"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "image" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "image"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "image" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        unread: dict[tuple[int, int], Step] = {}
        read: set[str] = set()
        for analysis in phases.analyses:
            for step in sources(analysis):
                for position, top in enumerate(step.tops):
                    unread.setdefault((step.index, position), step)
                    if top.readers or top.weighed:
                        read.add(top.name)
        for (_, position), step in unread.items():
            name = step.tops[position].name
            if name not in read:  # if another phase reads it, `label-in-one-phase` reports it
                yield self.found(step, f'no layer reads its top "{name}"', field=f"top[{position}]")
