"""The diagnostics of a reading, from the problems that the reader found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Fix
from protogen.rules import named
from protogen.text._look_alikes import character_finding
from protogen.text._mixed_formats import both_formats
from protogen.text._problem_groups import grouped
from protogen.text._reader_state import Frame, Problem
from protogen.text._values import Fields, fields_of
from protogen.text.lines import Lines
from protogen.text.tree import Entry, Path, find

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = ["findings", "legacy_mixed", "refusal"]

_KIND_NAMES = {"NetParameter": "net", "SolverParameter": "solver"}
_OTHER_KIND = {"NetParameter": "SolverParameter", "SolverParameter": "NetParameter"}


def findings(result: ParseResult) -> tuple[list[Diagnostic], list[int]]:
    """The diagnostics of a reading, in the order of the text.

    The second value has the offsets of the problems that a finding at another place stands for.
    """
    problems = _of_its_kind(result, result.message_class.DESCRIPTOR)
    problems, left_out = grouped(result, problems)
    problems += _missing(result)
    problems += _whole_file(result)
    problems.sort(key=lambda problem: problem.start)
    lines = result.lines if problems else Lines("")
    found = [_diagnostic(problem, result, lines) for problem in problems]
    if result.look_alikes:
        # One finding for all of them: a text from a word processor may have hundreds.
        found.append(character_finding(result.look_alikes, result.lines))
        found.sort(key=_position)
    return found + _unlisted(result.unreported, Location(lines.file)), left_out


def _position(found: Diagnostic) -> tuple[int, int]:
    place = found.location
    if place:
        return (place.line, place.column)
    return (0, 0)


def _unlisted(counts: Counter[str], place: Location) -> list[Diagnostic]:
    """One diagnostic for the problems beyond those that are listed, as severe as they are."""
    if not counts:
        return []
    severities = {named(rule).severity for rule in counts}
    # From the worst to the least, whatever was found first.
    present = [f"{each}s" for each in Severity if each in severities]
    kinds = " and ".join(present)
    message = f"{counts.total()} more {kinds} are not listed"
    worst = Severity.WARNING
    if Severity.ERROR in severities:
        worst = Severity.ERROR
    return [named("too-many-errors").diagnostic(message, location=place, severity=worst)]


def legacy_mixed(reader: ParseResult) -> Diagnostic | None:
    """The finding for a net with both ``layer`` and ``layers``, or ``None``."""
    problem = both_formats(reader)
    if problem is None:
        return None
    return _diagnostic(problem, reader, reader.lines)


def refusal(what: str, filename: str) -> Diagnostic:
    """The one diagnostic of a file that is not text."""
    what, _, hint = what.partition("; ")
    return named("not-text").diagnostic(
        f"expected a prototxt, got {what}", location=Location(filename), hint=hint
    )


def _diagnostic(problem: Problem, result: ParseResult, lines: Lines) -> Diagnostic:
    place = lines.location(problem.start, problem.end)
    found = named(problem.rule).diagnostic(
        problem.message, location=place, hint=problem.hint, why=problem.why, fix=problem.fix
    )
    if not problem.path:
        return found
    frame = problem.path[0]
    if frame.name not in ("layer", "layers"):
        return found
    layer = frame.values
    return replace(
        found,
        layer=layer.get("name", ""),
        type=_layer_type(frame),
        layer_index=_index_of(layer, result.values.get(frame.name, [])),
    )


def _index_of(layer: dict[str, Any], layers: list[dict[str, Any]]) -> int:
    """The position of a layer, or -1. Layers may be equal, so this asks for the very same one."""
    for index, values in enumerate(layers):
        if values is layer:
            return index
    return -1


def _layer_type(frame: Frame) -> str:
    kind = frame.values.get("type", "")
    # An enum in the older `layers`, and a string now.
    if isinstance(kind, int):
        return str(frame.fields["type"].descriptor.enum_type.values_by_number[kind].name)
    return str(kind)


def _missing(result: ParseResult) -> Iterator[Problem]:
    """The required fields that are missing. Caffe rejects a message without them."""
    # Most nets have no message with one, and the question takes long.
    if not result.has_required:
        return
    message = result.message()
    for dotted in message.FindInitializationErrors():
        *around, name = dotted.split(".")
        where = message.DESCRIPTOR.name
        start = end = 0
        if around:
            where = around[-1]
            span, _ = find(result.root, _path(around))
            if span is not None:
                start, end = span.start, span.end
        text = f'"{where}" lacks the required field "{name}"'
        hint = f'add "{name}: ..."'
        yield Problem("missing-required-field", text, start, end, hint, "", ())


def _path(words: list[str]) -> Path:
    """The path of a message from protobuf's words for it, as in ``layer[3].clip_param``."""
    path: list[str | int] = []
    for word in words:
        name, _, index = word.partition("[")
        path.append(name)
        if index:
            path.append(int(index.rstrip("]")))
    return tuple(path)


def _whole_file(result: ParseResult) -> Iterator[Problem]:
    if result.text.startswith("\ufeff"):
        yield Problem(
            "byte-order-mark",
            "file starts with a byte order mark",
            0,
            1,
            "save it as UTF-8 without one",
            "Caffe rejects the file",
            (),
            Fix("remove the byte order mark", (), safe=True, splices=((0, 1, ""),)),
        )
    # Caffe accepts a file without fields, as a net that does nothing.
    if not result.root.entries and not result.problems:
        yield Problem("empty-file", "file has no fields", 0, 0, "", "", ())


def _of_its_kind(result: ParseResult, descriptor: Any) -> list[Problem]:
    """The problems; instead of those of its fields, one for a net read as a solver or the reverse.

    A file is of the other kind if more of its fields are of that kind, and one of them of no other.
    """
    other_kind = _OTHER_KIND.get(descriptor.name)
    foreign = None
    if other_kind is not None:
        other = proto.FILE.message_types_by_name[other_kind]
        foreign = _foreign_field(result.root.entries, fields_of(descriptor), fields_of(other))
    if other_kind is None or foreign is None:
        return list(result.problems)
    kept = []
    for problem in result.problems:
        is_of_file = problem.rule == "unknown-field" and not problem.path
        if not is_of_file:
            kept.append(problem)
    _, start, end, _ = foreign
    expected, got = _KIND_NAMES[descriptor.name], _KIND_NAMES[other_kind]
    message = f"expected a {expected}, got a {got}"
    hint = f"pass the prototxt of the {expected}"
    return [*kept, Problem("wrong-kind-of-file", message, start, end, hint, "", ())]


def _foreign_field(entries: list[Entry], own: Fields, other: Fields) -> Entry | None:
    """The first field that only the other kind of file has, if the file is of that kind."""
    here = there = 0
    first = None
    for entry in entries:
        name = entry[0]
        here += name in own
        there += name in other
        # Nets and solvers share some fields, such as "debug_info", which say nothing.
        if first is None and name in other and name not in own:
            first = entry
    if there > here:
        return first
    return None
