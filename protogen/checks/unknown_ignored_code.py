from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protogen.checks._check import Check, register
from protogen.checks._comments import DIRECTIVES, Directive, directives
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.rules import Rule, registered


@register
class UnknownIgnoredCode(Check):
    rule = Rule(
        code="T390",
        name="unknown-ignored-code",
        severity=Severity.NOTE,
        summary="A protogen comment that names an unknown rule, and so has no effect.",
        what="""
            Reads the comments that start with `protogen:` and looks up each code or name in them.
            """,
        why="The finding that the comment should suppress is still reported.",
        fix="Correct the code; `protogen rules` lists all codes.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 75 dim: 75 } }
            }
            # protogen: ignore[P1O2]
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 75 dim: 75 } }
            }
            # protogen: ignore[P102]
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        if phases.document is not None:
            for directive in directives(phases.document):
                for message, hint in _faults(directive):
                    told = self.found(None, message, hint=hint)
                    yield replace(told, location=directive.comment.location)


def _faults(directive: Directive) -> Iterator[tuple[str, str]]:
    if directive.word not in DIRECTIVES:
        near = did_you_mean(directive.word, DIRECTIVES) or f"there are {', '.join(DIRECTIVES)}"
        yield f'a comment says "protogen: {directive.word}", which means nothing', near
        return
    for code in directive.codes or ():
        if not registered().selects(code):
            yield (
                f'a comment ignores the unknown rule "{code}"',
                registered().nearest(code),
            )
