from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protogen.checks._catalogue import nearest_rule, unknown_patterns
from protogen.checks._comments import DIRECTIVES, Directive, directives
from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity, did_you_mean


@rule
class UnknownIgnoredCode(Rule):
    """A comment for protogen that names no rule, and so silences nothing.

    **What it does.** Reads the comments that begin with ``protogen:`` and looks up each code or
    name in them.

    **Why it is bad.** The finding it was written for is told all the same, or will be once the rule
    that is meant speaks for the first time.

    **Example.** ``stride: 2  # protogen: ignore[P1O1]``, with a letter O for a zero.

    **Mended.** ``stride: 2  # protogen: ignore[P101]``; ``protogen rules`` lists the codes.
    """

    code, name, severity = "T390", "unknown-ignored-code", Severity.NOTE

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
    for code in unknown_patterns(directive.codes or ()):
        yield f'a comment ignores "{code}", which is no rule', nearest_rule(code)
