"""Comments that suppress findings: ``# protogen: ignore[P102]``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from protogen.diagnostics import Diagnostic, Location
from protogen.text import Comment, Document
from protogen.text.tree import Span

__all__ = ["KEYWORDS", "Suppression", "Suppressions", "matches", "read_suppressions"]

#: The words that may follow ``protogen:``, and the findings that they suppress.
KEYWORDS = {
    "ignore": "those of its line, of the line below it, or of the layer that begins there",
    "ignore-file": "those of the whole file, if it stands above the first field",
}

_FORM = re.compile(r"#+\s*protogen\s*:\s*([\w-]+)\s*(?:\[([^\]]*)\])?", re.IGNORECASE)


def matches(pattern: str, diagnostic: Diagnostic) -> bool:
    """Whether a code, the beginning of a code, or the name of a rule is that of a finding."""
    return diagnostic.code.startswith(pattern) or diagnostic.name == pattern


class Suppression(NamedTuple):
    """One comment. ``codes`` is ``None`` without brackets: the comment is about all rules."""

    keyword: str
    codes: tuple[str, ...] | None
    comment: Comment

    @property
    def has_own_line(self) -> bool:
        """Whether nothing else is on its line, so that it is about the line below it."""
        return self.comment.placement != "trailing"

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether it names the rule of a finding."""
        if self.codes is None:
            return True
        return any(matches(code, diagnostic) for code in self.codes)


def read_suppressions(document: Document) -> Iterator[Suppression]:
    """The comments of a document for protogen, including those with an unknown keyword."""
    # Most files have no such comment, and finding all comments means to go through all tokens.
    if "protogen" not in document.text.lower():
        return
    for comment in document.comments:
        found = _FORM.match(comment.text)
        # Unknown words are kept, so that `unknown-ignored-code` can report them.
        if found:
            yield Suppression(found[1].lower(), _codes(found[2]), comment)


def _codes(listed: str | None) -> tuple[str, ...] | None:
    """The codes in the brackets of a comment; ``None`` if it has no brackets."""
    if listed is None:
        return None
    codes = [code.strip() for code in listed.split(",")]
    return tuple(filter(None, codes))


@dataclass
class Suppressions:
    """All comments of a document that suppress findings."""

    document: Document
    _for_file: list[Suppression] = field(default_factory=list)
    _by_line: dict[int, list[Suppression]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries = self.document.tree.entries
        first_field = len(self.document.text)
        if entries:
            first_field = entries[0][1]
        for each in read_suppressions(self.document):
            comment = each.comment
            # Further down it would be overlooked, and findings with it.
            if each.keyword == "ignore-file" and comment.start < first_field:
                self._for_file.append(each)
            if each.keyword == "ignore":
                self._by_line.setdefault(comment.location.line, []).append(each)

    def remaining(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings that no comment suppresses."""
        return [diagnostic for diagnostic in found if not self._suppresses(diagnostic)]

    def _suppresses(self, diagnostic: Diagnostic) -> bool:
        return any(each.covers(diagnostic) for each in self._near(diagnostic))

    def _near(self, diagnostic: Diagnostic) -> Iterator[Suppression]:
        """The comments that are about the place of a finding."""
        yield from self._for_file
        place = diagnostic.location
        if place is None or not self._by_line:
            return
        # A finding about a field is also one about the layer around it.
        for line in filter(None, {place.line, self._layer_line(place)}):
            yield from self._by_line.get(line, ())
            # A comment after a field is about that field, not about the line below it.
            for each in self._above(line):
                if each.has_own_line:
                    yield each

    def _above(self, line: int) -> Iterator[Suppression]:
        """The comments in the block of lines right above a line, each line with a suppression."""
        # Several comments may stand above a line, each with a reason after it.
        while line - 1 in self._by_line:
            line -= 1
            yield from self._by_line[line]

    def _layer_line(self, place: Location) -> int:
        """The line on which the layer around a place begins, 0 if it is in none.

        By the text, not by the index of the layer: a net that Caffe cannot upgrade has no indices.
        """
        position = place.line, place.column
        # The last layer that begins at the place or before it: layers do not overlap.
        number = bisect_right(self._layers, (*position, *position))
        if number == 0:
            return 0
        line, _, *end = self._layers[number - 1]
        if position > tuple(end):
            return 0
        return line

    @cached_property
    def _layers(self) -> list[tuple[int, int, int, int]]:
        """The line and column where each layer begins, and those where it ends, in order."""
        fields = self.document.tree.by_name
        spans = sorted([*fields.get("layer", ()), *fields.get("layers", ())], key=_start)
        at = self.document.lines.at
        return [(*at(span.start), *at(span.end)) for span in spans]


def _start(span: Span) -> int:
    return span.start
