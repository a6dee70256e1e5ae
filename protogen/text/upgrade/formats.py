"""A net with parts of several formats, written in the current one before it is upgraded."""

from __future__ import annotations

from dataclasses import replace

from protogen.diagnostics import Diagnostic, Severity
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
        found = [d for d in document.diagnostics if d.name in _MIXED and d.fixable]
        splices = {splice for each in found if each.fix for splice in each.fix.splices}
        if not splices:
            break
        document = read(document.text, document.message_class, document.filename)
        document.apply_splices(sorted(splices))
        notes += [replace(each, severity=Severity.NOTE, hint="", fix=None) for each in found]
    return document, notes
