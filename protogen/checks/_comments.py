"""``# protogen: ignore[P102]``: findings that a comment in the file silences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from protogen.diagnostics import Diagnostic
from protogen.text import Comment, Document

__all__ = ["DIRECTIVES", "Directive", "Silenced", "directives", "matches"]

#: What may stand behind ``protogen:``, and what it does.
DIRECTIVES = {
    "ignore": "the line it is on, the line below it, or the layer it begins",
    "ignore-file": "the whole file, above its first field",
}

_FORM = re.compile(r"#+\s*protogen\s*:\s*([\w-]+)\s*(?:\[([^\]]*)\])?", re.IGNORECASE)


def matches(pattern: str, diagnostic: Diagnostic) -> bool:
    """Whether a code, the beginning of one, or the name of a rule is that of a finding."""
    return diagnostic.code.startswith(pattern) or diagnostic.name == pattern


class Directive(NamedTuple):
    """One comment for protogen. Without brackets, ``codes`` is ``None`` and all are meant."""

    word: str
    codes: tuple[str, ...] | None
    comment: Comment

    @property
    def alone(self) -> bool:
        """Whether it has its line for itself, and so is about what is below it."""
        return self.comment.placement != "trailing"

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether it names the rule of a finding."""
        return self.codes is None or any(matches(code, diagnostic) for code in self.codes)


def directives(document: Document) -> Iterator[Directive]:
    """The comments of a document that speak to protogen, also those that say nothing known."""
    if "protogen" not in document.text.lower():
        return
    for comment in document.comments:
        found = _FORM.match(comment.text)
        if found:
            yield Directive(found[1].lower(), _codes(found[2]), comment)


def _codes(listed: str | None) -> tuple[str, ...] | None:
    if listed is None:
        return None
    return tuple(code.strip() for code in listed.split(",") if code.strip())


@dataclass
class Silenced:
    """The findings that the comments of one document silence.

    ``layer_line`` gives the line on which the layer of a finding begins, 0 where it has none.
    """

    document: Document
    layer_line: Callable[[Diagnostic], int]
    _whole: list[Directive] = field(default_factory=list)
    _by_line: dict[int, list[Directive]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries = self.document.tree.entries
        first = entries[0][1] if entries else len(self.document.text)
        for directive in directives(self.document):
            if directive.word == "ignore-file" and directive.comment.start < first:
                self._whole.append(directive)
            elif directive.word == "ignore":
                line = directive.comment.location.line
                self._by_line.setdefault(line, []).append(directive)

    def without(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that are left."""
        return [diagnostic for diagnostic in found if not self._hides(diagnostic)]

    def _hides(self, diagnostic: Diagnostic) -> bool:
        return any(directive.covers(diagnostic) for directive in self._about(diagnostic))

    def _about(self, diagnostic: Diagnostic) -> Iterator[Directive]:
        yield from self._whole
        if not self._by_line:
            return
        place = diagnostic.location
        lines = {place.line if place else 0, self.layer_line(diagnostic)}
        for line in filter(None, lines):
            yield from self._by_line.get(line, ())
            yield from (each for each in self._above(line) if each.alone)

    def _above(self, line: int) -> Iterator[Directive]:
        """Those on the lines right above one, as long as each line has such a comment."""
        while line - 1 in self._by_line:
            line -= 1
            yield from self._by_line[line]
