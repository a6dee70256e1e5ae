"""One diagnostic: as text for people, and as data for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from protogen.diagnostics import Diagnostic, Location, Severity, one_line
from protogen.edits import Edit, Fix, format_path
from protogen.render.context import Source
from protogen.text.lines import excerpt

__all__ = ["diagnostic_data", "diagnostic_text", "diagnostics_text"]

# Codes of ANSI terminals; the last one ends all others.
_BOLD, _RED, _YELLOW, _BLUE, _CYAN, _PLAIN = (f"\033[{n}m" for n in (1, 31, 33, 34, 36, 0))
_COLORS = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW, Severity.NOTE: _CYAN}

#: The columns of a note before its text: ``  hint:  ``.
_LABEL = 8


def diagnostics_text(diagnostics: Iterable[Diagnostic], source: Source, color: bool = False) -> str:
    """Several diagnostics, one below the other."""
    return "\n".join([diagnostic_text(each, source, color) for each in diagnostics])


def diagnostic_text(diagnostic: Diagnostic, source: Source, color: bool = False) -> str:
    """The headline, the source line with a caret, and the notes."""
    quoted = [f"    {line}" for line in _quoted_lines(diagnostic.location, source)]
    if not color:
        return "\n".join([diagnostic.headline, *quoted, *diagnostic.notes])
    headline = _colored_headline(diagnostic)
    lines = [headline, *quoted[:1]]
    caret_color = _COLORS[diagnostic.severity]
    for caret in quoted[1:]:
        lines.append(f"{caret_color}{caret}{_PLAIN}")
    for note in diagnostic.notes:
        label, text = note[:_LABEL], note[_LABEL:]
        lines.append(f"{_BLUE}{label}{_PLAIN}{text}")
    return "\n".join(lines)


def _colored_headline(diagnostic: Diagnostic) -> str:
    """The headline with its place in bold and its severity in color."""
    place = ""
    if diagnostic.place:
        place = f"{_BOLD}{diagnostic.place}{_PLAIN}"
    verdict = f"{diagnostic.severity}[{diagnostic.code}]"
    color = _COLORS[diagnostic.severity]
    return f"{place}{_BOLD}{color}{verdict}{_PLAIN} {diagnostic.fact}"


def _quoted_lines(location: Location | None, source: Source) -> list[str]:
    """The source line and, if the column is known, a caret below it."""
    if location is None:
        return []
    text = excerpt(source(location.file), location)
    # Nothing but a caret: the location is at an empty line.
    if not text.strip(" ^\n"):
        return []
    line, _, caret = text.partition("\n")
    # GitHub would take it as a command.
    if line.lstrip().startswith("::"):
        return [one_line(line)]
    if not location.column:
        return [line.strip()]
    return [line, caret]


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, object]:
    """The fields of a diagnostic that are not empty, in a fixed order."""
    fields: dict[str, object] = {
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


def _fix_data(fix: Fix) -> dict[str, object]:
    """A fix for scripts."""
    edits = [_edit_data(edit) for edit in fix.edits]
    data: dict[str, object] = {"title": fix.title, "edits": edits, "safe": fix.safe}
    if fix.splices:
        data["splices"] = [_splice_data(*splice) for splice in fix.splices]
    return data


def _splice_data(start: int, end: int, text: str) -> dict[str, object]:
    """A change of the text: what to write between two offsets, in characters."""
    return {"start": start, "end": end, "text": text}


def _edit_data(edit: Edit) -> dict[str, object]:
    """An edit for scripts: a field of a layer, or of the net, and its new value.

    A value of ``null`` removes the field, or the whole layer if ``field`` is empty. An edit that
    inserts a layer before another one has an ``action``.
    """
    data: dict[str, object]
    value = None if edit.action == "delete" else _value_data(edit.value)
    if edit.path[0] == "layer" and len(edit.path) > 1:
        _, layer_index, *field = edit.path
        data = {"layer_index": layer_index, "field": format_path(tuple(field)), "value": value}
    else:
        data = {"field": format_path(edit.path), "value": value}
    if edit.action == "insert":
        data["action"] = "insert"
    return data


def _value_data(value: object) -> object:
    """A scalar as prototxt writes it; the fields of a message as they are."""
    # Before the numbers, because a bool is an int in Python.
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return value
