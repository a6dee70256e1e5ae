from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._wiring import sources
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Value
from protogen.rules import Rule


@register
class UnusedInput(Check):
    rule = Rule(
        code="G201",
        name="unused-input",
        # Caffe loads the data all the same.
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
        # A layer of both phases is one layer, so its tops go by their places in the net.
        tops: dict[tuple[int, int], Value] = {}
        read: set[str] = set()
        for top in _data_blobs(phases):
            tops.setdefault((top.step.index, top.top), top)
            # A loss_weight makes an objective of a top, which is use enough.
            if top.readers or top.weighed:
                read.add(top.name)
        for top in tops.values():
            # If another phase reads it, `label-in-one-phase` reports it.
            if top.name not in read:
                message = f'no layer reads its top "{top.name}"'
                yield self.found(top.step, message, field=f"top[{top.top}]")


def _data_blobs(phases: Phases) -> Iterator[Value]:
    """The tops of the data layers, phase by phase."""
    for analysis in phases.analyses:
        for step in sources(analysis):
            yield from step.tops
