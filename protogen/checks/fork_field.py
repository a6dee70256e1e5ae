from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen import proto
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class ForkField(Check):
    rule = Rule(
        code="F102",
        name="fork-field",
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
        seen: set[str] = set()
        for step in phases.layers:
            for path, what, forks in _foreign(step.layer, ""):
                if what not in seen:
                    seen.add(what)
                    names = ", ".join(forks[:4]) + (" and others" if len(forks) > 4 else "")
                    yield self.found(
                        step,
                        f"BVLC Caffe has no {what}; {names} {'have' if len(forks) > 1 else 'has'}",
                        field=path,
                    )


def _foreign(message: Any, path: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What a message holds that only forks have: its path, what it is, and which forks."""
    for field, value in message.ListFields():
        here = f"{path}.{field.name}" if path else field.name
        many = not isinstance(value, str) and hasattr(value, "__len__")
        forks = proto.forks_of(field)
        if forks:
            yield here, f"field {field.name} in {message.DESCRIPTOR.name}", forks
        elif field.message_type is not None:
            for position, part in enumerate(value if many else [value]):
                yield from _foreign(part, f"{here}[{position}]" if many else here)
        elif field.enum_type is not None:
            for number in value if many else [value]:
                word = field.enum_type.values_by_number[number]
                if proto.forks_of(word):
                    yield here, f"{word.name} for {field.name}", proto.forks_of(word)
