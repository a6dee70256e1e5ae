"""One diagnostic: as text for people, and as data for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Edit, Fix, format_path
from protogen.render.context import Source
from protogen.text.lines import excerpt

__all__ = ["diagnostic_data", "diagnostic_text", "diagnostics_text"]

_BOLD, _RED, _YELLOW, _BLUE, _CYAN, _PLAIN = (f"\033[{n}m" for n in (1, 31, 33, 34, 36, 0))
_COLORS = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW, Severity.NOTE: _CYAN}

#: The columns of a note before its text: ``  hint:  ``.
_LABEL = 8


def diagnostics_text(diagnostics: Iterable[Diagnostic], source: Source, color: bool = False) -> str:
    """Several diagnostics, one below the other."""
    return "\n".join(diagnostic_text(each, source, color) for each in diagnostics)


def diagnostic_text(diagnostic: Diagnostic, source: Source, color: bool = False) -> str:
    """The headline, the source line with a caret, and the notes."""
    headline, notes = diagnostic.headline, diagnostic.notes
    quoted = [f"    {line}" for line in _quoted_lines(diagnostic.location, source)]
    if color:
        headline = _colored_headline(diagnostic)
        line, caret = quoted[:1], quoted[1:]
        quoted = line + [f"{_COLORS[diagnostic.severity]}{each}{_PLAIN}" for each in caret]
        notes = [f"{_BLUE}{note[:_LABEL]}{_PLAIN}{note[_LABEL:]}" for note in notes]
    return "\n".join([headline, *quoted, *notes])


def _colored_headline(diagnostic: Diagnostic) -> str:
    """The headline with its place in bold and its severity in color."""
    place = f"{_BOLD}{diagnostic.place}{_PLAIN}" if diagnostic.place else ""
    verdict = f"{diagnostic.severity}[{diagnostic.code}]"
    color = _COLORS[diagnostic.severity]
    return f"{place}{_BOLD}{color}{verdict}{_PLAIN} {diagnostic.fact}"


def _quoted_lines(location: Location | None, source: Source) -> list[str]:
    """The source line and, if the column is known, a caret below it."""
    if location is None:
        return []
    text = excerpt(source(location.file), location)
    if not text.strip(" ^\n"):  # the place is at an empty line
        return []
    line, _, caret = text.partition("\n")
    return [line, caret] if location.column else [line.strip()]


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """The fields of a diagnostic that are not empty, in a fixed order."""
    fields = {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "name": diagnostic.name,
        "layer": diagnostic.layer,
        "type": diagnostic.type,
        "field": diagnostic.field,
        "message": diagnostic.message,
        "where": diagnostic.where,
        "why": diagnostic.why,
        "hint": diagnostic.hint,
        "location": asdict(diagnostic.location) if diagnostic.location else None,
        "fix": _fix_data(diagnostic.fix) if diagnostic.fix else None,
    }
    return {key: value for key, value in fields.items() if value}


def _fix_data(fix: Fix) -> dict[str, Any]:
    """A fix for scripts."""
    edits = [_edit_data(edit) for edit in fix.edits]
    return {"title": fix.title, "edits": edits, "safe": fix.safe}


def _edit_data(edit: Edit) -> dict[str, Any]:
    """An edit for scripts: a field of a layer, or of the net, and its new value.

    A value of ``null`` removes the field, or the whole layer if ``field`` is empty. An edit that
    inserts a layer before another one has an ``action``.
    """
    value = None if edit.action == "delete" else _value_data(edit.value)
    if edit.path[0] == "layer" and len(edit.path) > 1:
        _, layer_index, *field = edit.path
        data = {"layer_index": layer_index, "field": format_path(tuple(field)), "value": value}
    else:
        data = {"field": format_path(edit.path), "value": value}
    if edit.action == "insert":
        data["action"] = "insert"
    return data


def _value_data(value: Any) -> Any:
    """A scalar as prototxt writes it; the fields of a message as they are."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value
