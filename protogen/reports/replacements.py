"""A fix as replacements in the text of a net, for tools that edit files themselves."""

from __future__ import annotations

from typing import NamedTuple

from protogen.diagnostics import Location, ProtogenError
from protogen.edits import EditError, Fix
from protogen.net import Net
from protogen.text.splices import Splice, newline_of

__all__ = ["Replacement", "replacements"]


class Replacement(NamedTuple):
    """Replace a part of a file by ``text``. An empty part inserts."""

    location: Location
    text: str


def replacements(net: Net, fix: Fix) -> list[Replacement]:
    """The replacements that make a fix, in the order of the text; they do not overlap.

    There are none if the fix cannot be written, for example because the net was composed, or
    because its format has no place for it. The fix must be one of
    `protogen.transforms.safe_fixes.applicable_fixes`.
    """
    document = net.document
    if document is None:
        return []
    try:
        # The paths of a fix are those of the net in the current format. A text in an older format
        # has its fields in other places.
        edits = [net.current.edit(edit) for edit in fix.edits]
        splices = document.splices(edits)
    except (EditError, ProtogenError):
        return []
    # No path leads to a misplaced field or a byte order mark: their fixes change the text itself.
    splices += [Splice(*each) for each in fix.splices]
    newline = newline_of(document.text)
    found = []
    for start, end, text in _disjoint(splices):
        location = document.lines.location(start, end)
        # New text has line breaks like the rest of the file.
        text = text.replace("\r\n", "\n").replace("\n", newline)
        found.append(Replacement(location, text))
    return found


def _disjoint(splices: list[Splice]) -> list[Splice]:
    """The splices in order. One that begins inside another one is merged with it."""
    # Editors reject a fix with replacements that overlap.
    disjoint: list[Splice] = []
    for splice in sorted(splices, key=lambda each: (each.start, each.end)):
        if disjoint and splice.start < disjoint[-1].end:
            start, end, text = disjoint.pop()
            splice = Splice(start, max(end, splice.end), text + splice.text)
        disjoint.append(splice)
    return disjoint
