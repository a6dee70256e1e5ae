"""The text after an edit: only what the edit is about changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from google.protobuf import text_format

from protogen import proto
from protogen.diagnostics import Diagnostic, ProtogenError, Severity
from protogen.text._scanner import NAME, skip_gap
from protogen.text._values import fields_of, is_repeated
from protogen.text.tree import Path, Span

if TYPE_CHECKING:
    from protogen.text.document import Document

__all__ = ["assigned", "deleted", "inserted", "updated"]

Splice = tuple[int, int, str]
_BLANKS = " \t\r\f\v"


def updated(document: Document, values: dict[Path, Any]) -> str:
    """The text with the fields at these paths, all of which are written, set."""
    splices = {path: _set(document, path, value) for path, value in values.items()}
    reached = 0
    for path, (start, end, _) in sorted(splices.items(), key=lambda item: item[1]):
        if start < reached:
            _refuse(document, path, "overlaps another field that is set with it")
        reached = end
    return _apply(document.text, list(splices.values()))


def assigned(document: Document, path: Path, value: Any) -> str:
    """The text with the field at ``path`` set, be it written or not."""
    return _apply(document.text, [_set(document, path, value)])


def inserted(document: Document, path: Path, value: Any) -> str:
    """The text with a new element of a repeated field before the one at ``path``."""
    around, name, index = _split(path)
    if index is None:
        _refuse(document, path, "is no element of a repeated field")
    if document.span(path) is None:
        return _apply(document.text, [_add(document, path, value)])
    previous = document.span((*around, name, index - 1)) if index else None
    span = previous or document.span(path)
    assert span is not None
    if not _is_element(document.text, span, str(name)):
        lines = _printed(document, path, value)
        splice = _below(document, span, lines) if previous else _above(document, span, lines)
    elif previous:
        splice = (span.end, span.end, ", " + _value_text(document, path, value))
    else:
        splice = (span.start, span.start, _value_text(document, path, value) + ", ")
    return _apply(document.text, [splice])


def deleted(document: Document, path: Path) -> str:
    """The text without the field at ``path``."""
    span = document.span(path)
    text = document.text
    if span is None:
        _refuse(document, path, "is not written here")
    start, end = span.start, span.end
    if _is_element(text, span, _name(path)):
        after, before = skip_gap(text, end), text.rfind(",", 0, start)
        if text.startswith(",", after):
            end = skip_gap(text, after + 1)
        elif not text[before + 1 : start].strip() and before >= 0:
            start = before
        return _apply(text, [(start, end, "")])
    after = skip_gap(text, end)
    if text.startswith((",", ";"), after):
        end = after + 1
    first, last = _line_start(text, start), _line_end(text, end)
    if not text[first:start].strip(_BLANKS) and _comment_only(text[end:last]):
        return _apply(text, [(first, last + 1, "")])
    while text.startswith((" ", "\t"), end):
        end += 1
    return _apply(text, [(start, end, "")])


def _comment_only(rest: str) -> bool:
    rest = rest.strip(_BLANKS)
    return not rest or rest.startswith("#")


def _apply(text: str, splices: list[Splice]) -> str:
    parts, reached = [], 0
    for start, end, new in sorted(splices):
        parts += [text[reached:start], new]
        reached = max(reached, end)
    return "".join([*parts, text[reached:]])


def _set(document: Document, path: Path, value: Any) -> Splice:
    span = document.span(path)
    if span is None:
        return _add(document, path, value)
    text = document.text
    if _is_element(text, span, _name(path)):
        return span.start, span.end, _value_text(document, path, value)
    lines = _printed(document, path, value)
    if len(lines) > 1:
        return span.start, span.end, _indented(document, lines, _margin(text, span.start))
    at = skip_gap(text, span.start + len(_name(path)))
    at = skip_gap(text, at + 1) if text.startswith(":", at) else at
    return at, span.end, _value_text(document, path, value)


def _add(document: Document, path: Path, value: Any) -> Splice:
    """Write a field that is not there, below the last one of its kind or of its message."""
    around, name, index = _split(path)
    if index and document.span((*around, name, index - 1)) is None:
        _refuse(document, path, "comes after an element that is not there")
    if around and document.span(around) is None:
        return _add(document, around, {name: [value] if index is not None else value})
    last = document.span((*around, name, index - 1)) if index else None
    if last and _is_element(document.text, last, name):
        return last.end, last.end, ", " + _value_text(document, path, value)
    lines = _printed(document, path, value)
    last = last or _last_field(document, around)
    return _below(document, last, lines) if last else _inside(document, around, lines)


def _last_field(document: Document, around: Path) -> Span | None:
    span = document.span(around) if around else None
    block = span.block if span else document.tree
    if block is None or not block.entries:
        return None
    _, start, end, _ = block.entries[-1]
    return Span(start, end, None)


def _below(document: Document, span: Span, lines: list[str]) -> Splice:
    """A field after another: on the next line, or beside it where the other shares its line."""
    text = document.text
    margin, first = _margin(text, span.start), _line_start(text, span.start)
    new = _indented(document, lines, margin)
    end = _line_end(text, span.end)
    rest = text[span.end : end].lstrip(_BLANKS + ",;")
    if text[first : span.start].strip(_BLANKS) or not _comment_only(rest):
        return span.end, span.end, " " + " ".join(line.strip() for line in lines)
    end -= text.endswith("\r", 0, end)
    return end, end, _newline(document) + margin + new


def _above(document: Document, span: Span, lines: list[str]) -> Splice:
    """A field before another, above the comments that stand right above that."""
    text = document.text
    start, margin = _line_start(text, span.start), _margin(text, span.start)
    if text[start : span.start].strip(_BLANKS):
        return span.start, span.start, " ".join(line.strip() for line in lines) + " "
    while start and text[_line_start(text, start - 1) : start].lstrip().startswith("#"):
        start = _line_start(text, start - 1)
    return start, start, margin + _indented(document, lines, margin) + _newline(document)


def _inside(document: Document, around: Path, lines: list[str]) -> Splice:
    """A field in a message (or file) that has none yet."""
    span, text, newline = document.span(around), document.text, _newline(document)
    if span is None:
        before = newline if text and not text.endswith("\n") else ""
        return len(text), len(text), before + newline.join(lines) + newline
    margin = _margin(text, span.start)
    new = margin + "  " + _indented(document, lines, margin + "  ")
    closing = span.end - 1
    start = len(text[:closing].rstrip(_BLANKS + "\n"))
    return start, closing, newline + new + newline + margin


def _printed(document: Document, path: Path, value: Any) -> list[str]:
    """A field as protobuf prints it, in lines."""
    around, name, _ = _split(path)
    descriptor = document.message_class.DESCRIPTOR
    for step in around:
        if isinstance(step, str) and descriptor is not None:
            field = descriptor.fields_by_name.get(step)
            descriptor = field and field.message_type
    field = descriptor and descriptor.fields_by_name.get(name)
    if field is None:
        _refuse(document, path, "is no field of the schema")
    try:
        holder = proto.message_class(descriptor)(**{name: [value] if is_repeated(field) else value})
    except (TypeError, ValueError) as error:
        expected = fields_of(descriptor)[name].expects
        detail = "" if field.message_type is None else f" ({error})"
        _refuse(document, path, f"takes {expected}, not {value!r}{detail}")
    return text_format.MessageToString(holder, as_utf8=True).splitlines()


def _value_text(document: Document, path: Path, value: Any) -> str:
    printed = "\n".join(_printed(document, path, value))
    return re.sub(rf"^{NAME.pattern}:? ?", "", printed)


def _split(path: Path) -> tuple[Path, str, int | None]:
    if isinstance(path[-1], int):
        return path[:-2], str(path[-2]), path[-1]
    return path[:-1], path[-1], None


def _name(path: Path) -> str:
    return _split(path)[1]


def _is_element(text: str, span: Span, name: str) -> bool:
    """Whether an occurrence of a field is an element of a list: then no name stands before it."""
    match = NAME.match(text, span.start)
    return match is None or match.group() != name


def _margin(text: str, position: int) -> str:
    match = re.compile(f"[{_BLANKS}]*").match(text, _line_start(text, position))
    return match.group() if match else ""


def _indented(document: Document, lines: list[str], margin: str) -> str:
    return (_newline(document) + margin).join(lines)


def _newline(document: Document) -> str:
    return "\r\n" if "\r\n" in document.text else "\n"


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return end if end >= 0 else len(text)


def _refuse(document: Document, path: Path, what: str) -> NoReturn:
    shown = ".".join(map(str, path))
    raise ProtogenError(
        Diagnostic(
            Severity.ERROR,
            "T121",
            "",
            f"{shown} {what}",
            name="impossible-edit",
            location=document.locate(path),
        )
    )
