from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._suppressions import KEYWORDS, Suppression, read_suppressions
from protogen.diagnostics import Diagnostic, Severity, did_you_mean
from protogen.rules import Rule, registered


@register
class UnknownIgnoredCode(Check):
    rule = Rule(
        code="T390",
        name="unknown-ignored-code",
        # The comment does nothing, so that no finding is lost.
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
        # A composed net has no comments.
        document = phases.net.document
        if document is None:
            return
        for suppression in read_suppressions(document):
            for message, hint in _mistakes(suppression):
                finding = self.found(None, message, hint=hint)
                yield replace(finding, location=suppression.comment.location)


def _mistakes(suppression: Suppression) -> Iterator[tuple[str, str]]:
    """What is wrong with a comment, and a hint for each."""
    keyword = suppression.keyword
    if keyword not in KEYWORDS:
        hint = did_you_mean(keyword, KEYWORDS) or f"expected one of {', '.join(KEYWORDS)}"
        yield f'unknown word "{keyword}" after "protogen:" in a comment', hint
        # What such a comment lists need not be codes.
        return
    rules = registered()
    for code in suppression.codes or ():
        if not rules.selects(code):
            yield f'a comment ignores the unknown rule "{code}"', rules.nearest(code)
