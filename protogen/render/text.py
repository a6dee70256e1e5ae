"""Diagnostics for people: the headline, the source line with a caret, and the notes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TextIO

from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.text.lines import excerpt

__all__ = ["coloured", "diagnostics"]

#: Gives the text of a file, or nothing where it is not at hand.
Source = Callable[[str], str]

_BOLD, _RED, _YELLOW, _BLUE, _CYAN, _PLAIN = (f"\033[{n}m" for n in (1, 31, 33, 34, 36, 0))
_COLOURS = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW, Severity.NOTE: _CYAN}


def coloured(out: TextIO) -> bool:
    """Whether to write in colour there: to a terminal, unless ``NO_COLOR`` is set."""
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def diagnostics(found: Iterable[Diagnostic], source: Source, colour: bool = False) -> str:
    """Each diagnostic with the line it is about below its headline."""
    return "\n".join(_shown(diagnostic, source, colour) for diagnostic in found)


def _shown(diagnostic: Diagnostic, source: Source, colour: bool) -> str:
    headline, notes = diagnostic.headline, diagnostic.notes
    quoted = _quoted(diagnostic.location, source).split("\n") if diagnostic.location else []
    lines = [f"    {line}" for line in quoted if line]
    if colour:
        headline = _painted(diagnostic)
        lines[1:] = [f"{_COLOURS[diagnostic.severity]}{caret}{_PLAIN}" for caret in lines[1:]]
        notes = [f"{_BLUE}{note[:8]}{_PLAIN}{note[8:]}" for note in notes]
    return "\n".join([headline, *lines, *notes])


def _painted(diagnostic: Diagnostic) -> str:
    """The headline with its place in bold and its severity in a colour."""
    place = f"{_BOLD}{diagnostic.place}{_PLAIN}" if diagnostic.place else ""
    verdict = f"{diagnostic.severity}[{diagnostic.code}]"
    colour = _COLOURS[diagnostic.severity]
    return f"{place}{_BOLD}{colour}{verdict}{_PLAIN} {diagnostic.fact}"


def _quoted(location: Location, source: Source) -> str:
    """The line itself; where no column is known, without a caret."""
    text = excerpt(source(location.file), location)
    if not text.strip(" ^\n"):
        return ""
    return text if location.column else text.partition("\n")[0].strip()
