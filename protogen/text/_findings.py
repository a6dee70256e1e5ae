"""The diagnostics of a reading, from the problems that the reader found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Fix
from protogen.rules import named
from protogen.text._look_alikes import character_finding
from protogen.text._problem_groups import grouped
from protogen.text._reader_state import Frame, Problem
from protogen.text._values import fields_of
from protogen.text.lines import Lines
from protogen.text.tree import find

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = ["findings", "refusal"]


def findings(reader: ParseResult) -> tuple[list[Diagnostic], list[int]]:
    """The diagnostics of a reading, in the order of the text.

    The second value has the offsets of the problems that a finding at another place stands for.
    """
    problems = _of_its_kind(reader, reader.message_class.DESCRIPTOR)
    problems, left_out = grouped(reader, problems)
    problems += _missing(reader)
    problems += _whole_file(reader)
    problems.sort(key=lambda problem: problem.start)
    lines = reader.lines if problems else Lines("")
    found = [_diagnostic(problem, reader, lines) for problem in problems]
    if reader.look_alikes:
        found.append(character_finding(reader.look_alikes, reader.lines))
        found.sort(key=_position)
    return found + _unlisted(reader.unreported, Location(lines.file)), left_out


def _position(found: Diagnostic) -> tuple[int, int]:
    place = found.location
    return (place.line, place.column) if place else (0, 0)


def _unlisted(counts: Counter[str], place: Location) -> list[Diagnostic]:
    """One diagnostic for the problems beyond those that are listed, as severe as they are."""
    if not counts:
        return []
    severities = {named(rule).severity for rule in counts}
    kinds = [f"{each}s" for each in Severity if each in severities]
    message = f"{counts.total()} more {' and '.join(kinds)} are not listed"
    worst = Severity.ERROR if Severity.ERROR in severities else Severity.WARNING
    return [named("too-many-errors").diagnostic(message, location=place, severity=worst)]


def refusal(what: str, filename: str) -> Diagnostic:
    """The one diagnostic of a file that is not text."""
    what, _, hint = what.partition("; ")
    return named("not-text").diagnostic(
        f"expected a prototxt, got {what}", location=Location(filename), hint=hint
    )


def _diagnostic(problem: Problem, reader: ParseResult, lines: Lines) -> Diagnostic:
    place = lines.location(problem.start, problem.end)
    found = named(problem.rule).diagnostic(
        problem.message, location=place, hint=problem.hint, why=problem.why, fix=problem.fix
    )
    if not (problem.path and problem.path[0].name in ("layer", "layers")):
        return found
    frame = problem.path[0]
    layer = frame.values
    siblings = reader.values.get(frame.name, [])
    index = next((i for i, values in enumerate(siblings) if values is layer), -1)
    return replace(found, layer=layer.get("name", ""), type=_layer_type(frame), layer_index=index)


def _layer_type(frame: Frame) -> str:
    kind = frame.values.get("type", "")
    if isinstance(kind, int):  # the enum of the older `layers`
        return str(frame.fields["type"].descriptor.enum_type.values_by_number[kind].name)
    return str(kind)


def _missing(reader: ParseResult) -> Iterator[Problem]:
    """The required fields that are missing. Caffe rejects a message without them."""
    if not reader.has_required:  # most nets have no message with one, and the question takes long
        return
    message = reader.message()
    for dotted in message.FindInitializationErrors():
        *around, name = dotted.split(".")
        path: list[str | int] = []
        for step in around:
            match = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", step)
            if match:
                path += [match[1], *([int(match[2])] if match[2] else [])]
        span, _ = find(reader.root, tuple(path))
        start, end = (span.start, span.end) if span else (0, 0)
        where = around[-1] if around else message.DESCRIPTOR.name
        yield Problem(
            "missing-required-field",
            f'"{where}" lacks the required field "{name}"',
            start,
            end,
            f'add "{name}: ..."',
            "",
            (),
        )


def _whole_file(reader: ParseResult) -> Iterator[Problem]:
    if reader.text.startswith("\ufeff"):
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
    if not reader.root.entries and not reader.problems:
        yield Problem("empty-file", "file has no fields", 0, 0, "", "", ())


def _of_its_kind(reader: ParseResult, descriptor: Any) -> list[Problem]:
    """The problems; one only for a net read as a solver, or the reverse."""
    kinds = {"NetParameter": "net", "SolverParameter": "solver"}
    other = next((kind for kind in kinds if kind != descriptor.name), "")
    written = [entry[0] for entry in reader.root.entries]
    if descriptor.name not in kinds:
        return list(reader.problems)
    here, there = fields_of(descriptor), fields_of(proto.FILE.message_types_by_name[other])
    foreign = {name for name in written if name in there and name not in here}
    if not foreign or sum(n in there for n in written) <= sum(n in here for n in written):
        return list(reader.problems)
    start, end = next((e[1], e[2]) for e in reader.root.entries if e[0] in foreign)
    kept = [p for p in reader.problems if p.path or p.rule != "unknown-field"]
    wanted = kinds[descriptor.name]
    message = f"expected a {wanted}, got a {kinds[other]}"
    hint = f"pass the prototxt of the {wanted}"
    kept.append(Problem("wrong-kind-of-file", message, start, end, hint, "", ()))
    return kept
