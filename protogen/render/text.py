"""Diagnostics for people: the headline, the source line with a caret, and the notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from protogen.diagnostics import Diagnostic, Location
from protogen.text.lines import excerpt

__all__ = ["diagnostics"]

#: Gives the text of a file, or nothing where it is not at hand.
Source = Callable[[str], str]


def diagnostics(found: Iterable[Diagnostic], source: Source) -> str:
    """Each diagnostic with the line it is about below its headline."""
    return "\n".join(_shown(diagnostic, source) for diagnostic in found)


def _shown(diagnostic: Diagnostic, source: Source) -> str:
    headline, *notes = str(diagnostic).split("\n")
    quoted = _quoted(diagnostic.location, source).split("\n") if diagnostic.location else []
    return "\n".join([headline, *(f"    {line}" for line in quoted if line), *notes])


def _quoted(location: Location, source: Source) -> str:
    """The line itself; where no column is known, without a caret."""
    text = excerpt(source(location.file), location)
    if not text.strip(" ^\n"):
        return ""
    return text if location.column else text.partition("\n")[0].strip()
