"""A fix as replacements in the text of a net, for tools that edit files themselves."""

from __future__ import annotations

from typing import NamedTuple

from protogen.diagnostics import Location, ProtogenError
from protogen.edits import EditError, Fix
from protogen.net import Net
from protogen.text.splices import Splice, newline_of

__all__ = ["Replacement", "replacements"]


class Replacement(NamedTuple):
    """Put ``text`` in the place of a part of a file. A part without length inserts."""

    location: Location
    text: str


def replacements(net: Net, fix: Fix) -> list[Replacement]:
    """The replacements that make a fix, in the order of the text, none inside another.

    There are none if the fix cannot be written: if the net was composed, say, or if its format has
    no place for the fix. It must be `protogen.transforms.safe_fixes.is_applicable`.
    """
    document = net.document
    if document is None:
        return []
    try:
        edits = [net.current.edit(edit) for edit in fix.edits]
        splices = [*document.splices(edits), *(Splice(*each) for each in fix.splices)]
    except (EditError, ProtogenError):
        return []
    newline = newline_of(document.text)
    return [
        Replacement(
            document.lines.location(start, end),
            text.replace("\r\n", "\n").replace("\n", newline),
        )
        for start, end, text in _disjoint(splices)
    ]


def _disjoint(splices: list[Splice]) -> list[Splice]:
    """The splices in order. One that lies inside another one adds its text to it."""
    disjoint: list[Splice] = []
    for splice in sorted(splices, key=lambda each: (each.start, each.end)):
        if disjoint and splice.start < disjoint[-1].end:
            start, end, text = disjoint.pop()
            splice = Splice(start, max(end, splice.end), text + splice.text)
        disjoint.append(splice)
    return disjoint
