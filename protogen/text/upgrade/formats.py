"""A net with parts of several formats, written in the current one before it is upgraded."""

from __future__ import annotations

from dataclasses import replace

from protogen import proto
from protogen.diagnostics import Diagnostic, Severity, plural
from protogen.rules import named
from protogen.text._mixed_formats import quoted_types
from protogen.text.document import Document, read

__all__ = ["in_one_format"]

#: What the reader reports with a fix that writes it in the current format.
_MIXED = ("legacy-mixed", "legacy-parts", "current-parts")
#: A fix may uncover what an unknown message hid, but only a few times.
_ROUNDS = 5


def in_one_format(document: Document) -> tuple[Document, list[Diagnostic]]:
    """The document with one format in it, and notes on what was written differently.

    The same document if there is nothing to change; the one given stays as it is.
    """
    notes: list[Diagnostic] = []
    for _ in range(_ROUNDS):
        found = _fixable(document)
        # A set: two findings may have the same fix, which converts the whole net.
        splices: set[tuple[int, int, str]] = set()
        for each in found:
            if each.fix is not None:
                splices.update(each.fix.splices)
        if not splices:
            break
        document = read(document.text, document.message_class, document.filename)
        document.apply_splices(sorted(splices))
        notes += [replace(each, severity=Severity.NOTE, hint="", fix=None) for each in found]
    return _with_current_types(document, notes)


def _fixable(document: Document) -> list[Diagnostic]:
    """The findings about mixed formats with a safe fix."""
    found = list(document.diagnostics)
    # Each layer may be well formed, so that the mix is no problem of the reader.
    mixed = document.parse_result.legacy_mixed
    if mixed is not None and mixed not in found:
        found.append(mixed)
    fixable = []
    for each in found:
        if each.name in _MIXED and each.fixable:
            fixable.append(each)
    return fixable


def _with_current_types(
    document: Document, notes: list[Diagnostic]
) -> tuple[Document, list[Diagnostic]]:
    """The document with the types of V1 that are in quotes as they are called now."""
    if document.message_class is not proto.NetParameter:
        return document, notes
    splices = quoted_types(document.parse_result)
    if not splices:
        return document, notes
    first = splices[0]
    number = "" if len(splices) == 1 else f", and {plural(len(splices) - 1, 'more type')}"
    message = f"type {document.text[first.start : first.end]} is that of the V1 format{number}"
    place = document.lines.location(first.start, first.end)
    note = named("legacy-parts").diagnostic(message, location=place, severity=Severity.NOTE)
    document = read(document.text, document.message_class, document.filename)
    document.apply_splices(splices)
    return document, [*notes, note]
