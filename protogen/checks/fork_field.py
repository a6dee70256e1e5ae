from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule

#: More forks than these are only mentioned.
_MOST_NAMES = 4


@register
class ForkField(Check):
    rule = Rule(
        code="F102",
        name="fork-field",
        # A note for each, because `needs-fork` warns about the file as a whole.
        severity=Severity.NOTE,
        summary="A field or value that only forks of Caffe have.",
        what="""
            Finds fields and enum values that BVLC Caffe does not have, and lists the forks that
            have them. Each is reported once per net.
            """,
        why="BVLC Caffe, and every fork without the field, cannot parse the file and aborts.",
        fix="Use what BVLC Caffe has instead, or run the net with one of the listed forks.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 112 dim: 112 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 112 dim: 112 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        # The same field in a hundred layers is one finding, at the first.
        reported: set[str] = set()
        for step, each in phases.fork_parts:
            # A fork's type and its message are what `needs-fork` is about.
            if each.path == "type" or each.inner:
                continue
            if each.what in reported:
                continue
            reported.add(each.what)
            names = ", ".join(each.forks[:_MOST_NAMES])
            if len(each.forks) > _MOST_NAMES:
                names += " and others"
            verb = "have" if len(each.forks) > 1 else "has"
            yield self.found(
                step,
                f"BVLC Caffe does not have {each.what}; {names} {verb} it",
                field=each.path,
            )
