"""What a target makes of the text: its schema, and the older formats that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.portability.dialect.claims import ONE_PHASE, claimed
from protogen.portability.dialect.idle_fields import is_idle, value_hint
from protogen.portability.dialect.poolings import SPELLINGS, rounding_hint
from protogen.portability.judgment import finding
from protogen.portability.subject import Subject
from protogen.targets import Target, UnknownFields
from protogen.text import read
from protogen.text.parse import ParseResult
from protogen.text.tree import Block, Path, Span
from protogen.text.upgrade.v0 import is_v0

__all__ = ["phase_findings", "text_findings", "unknown_field_findings"]

#: Problems of a text that no parser of protobuf minds.
_HARMLESS = frozenset({"empty-file", "not-utf8", "unknown-field"})


def text_findings(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """What the target rejects, keeps or ignores in the text."""
    yield from _formats(subject, target)
    if target.schema is None:
        yield from _syntax(subject, target)
        return
    document = read(subject.text, target.schema.message_class(), subject.filename)
    reads_values = target.unknown_fields is None or target.unknown_fields.values != "ignores"
    for error in filter(_is_error, document.diagnostics):
        if error.name == "unknown-enum-value":
            if not reads_values:
                continue
            error = replace(error, hint=error.hint or value_hint(error.message))
        yield _refusal(subject, target, error)
    yield from unknown_field_findings(subject, target, document.parse_result)


def _is_error(finding: Diagnostic) -> bool:
    """Whether a parser of protobuf stops at something in a text."""
    return finding.severity is Severity.ERROR and finding.name not in _HARMLESS


def _syntax(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The errors of the text for any parser, where the schema of the target is not known."""
    document = subject.net.document
    # A composed net has no text that could be wrong.
    if document is None:
        return
    for error in filter(_is_error, document.diagnostics):
        yield _refusal(subject, target, error)


def _refusal(subject: Subject, target: Target, error: Diagnostic) -> Diagnostic:
    """An error of the text as a finding of the target, at the same place."""
    step = subject.written_layer(error.layer_index)
    message = f"does not load the net: {error.message}"
    found = finding(target, "refuses", step, message, hint=error.hint)
    return replace(found, location=error.location)


def _formats(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The older formats that the target rejects."""
    formats = target.formats
    if formats is None:
        return
    net = subject.net.to_proto()
    # From the oldest on: a net of V0 is also one of V1, in which `layers` have a `layer` each.
    rejected = {
        "does not load the format V0": is_v0(net) and formats.v0 == "refuses",
        "does not load the format V1 (layers)": net.layers and formats.v1 == "refuses",
        "does not load input fields of the net": net.input and formats.input == "refuses",
    }
    hint = "protogen upgrade writes the current format, and so does protogen convert"
    for reason, applies in rejected.items():
        if applies:
            yield finding(target, "refuses", None, reason, hint=hint)
            return


def phase_findings(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The layers with rules about phases, for a target that ignores these."""
    if not target.ignores_phases:
        return
    source = target.source(target.phases)
    why = f"{source.mark}: {source.text}"
    for step in subject.layers:
        for field in ("include", "exclude"):
            if not getattr(step.layer, field):
                continue
            message = f"ignores {field}, and keeps the layer in every phase"
            about = {"field": field, "why": why, "hint": ONE_PHASE}
            yield finding(target, "ignores", step, message, **about)


# Unknown fields ----------------------------------------------------------------------------------


def unknown_field_findings(
    subject: Subject, target: Target, result: ParseResult
) -> Iterator[Diagnostic]:
    """A finding for each field that the target does not know, at its place."""
    facts = target.unknown_fields
    if facts is None:
        return
    source = target.source(facts)
    why = f"{source.mark}: {source.text}"
    for path, span, message_name in _unknown(result.root, result.message_class.DESCRIPTOR, ()):
        handling = _handling(facts, path)
        step = _layer(subject, path)
        what = f'{message_name} has no field "{path[-1]}"'
        location = result.lines.location(span.start, span.end)
        about = {"why": why, "location": location, "hint": _hint(subject, target, step, path)}
        if handling == "refuses":
            message = f"does not load the net: its {what}"
            yield finding(target, "refuses", step, message, **about)
        else:
            message = f"ignores a field: its {what}"
            yield finding(target, "ignores", step, message, **about)


def _hint(subject: Subject, target: Target, step: Step | None, path: Path) -> str:
    """What to write instead of a field that the target does not know, if convert does that."""
    name = str(path[-1])
    rounds = name in SPELLINGS and "pooling_param" in path
    if rounds and step is not None:
        return rounding_hint(subject, target, step)
    field = _field(subject.net.to_proto().DESCRIPTOR, path)
    if field is None or not is_idle(field):
        return ""
    return claimed(f"delete {name}")


def _field(descriptor: Any, path: Path) -> Any:
    """The field at a path of a net, in protogen's schema; ``None`` if that does not have it."""
    field = None
    # Each name but the last is followed by a number: its place in a list.
    for name in path[::2]:
        if descriptor is None:
            return None
        field = descriptor.fields_by_name.get(name)
        if field is None:
            return None
        descriptor = field.message_type
    return field


def _unknown(block: Block, descriptor: Any, path: Path) -> Iterator[tuple[Path, Span, str]]:
    """The path and the place of each unknown field, and the message that does not have it."""
    for name, spans in block.by_name.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            # An empty list, `x: []`, has no place of its own.
            place = spans[0] if spans else Span(0, 0, None)
            yield (*path, name), place, descriptor.name
            continue
        if field.message_type is None:
            continue
        for number, span in enumerate(spans):
            if span.block is not None:
                inner = (*path, name, number)
                yield from _unknown(span.block, field.message_type, inner)


def _handling(facts: UnknownFields, path: Path) -> str:
    """What becomes of an unknown field, by its place."""
    if path[0] not in ("layer", "layers"):
        return facts.net
    # The path is ("layer", 0, "field"), or longer if the field is in a message of the layer.
    if len(path) == 3:
        return facts.layer
    home = str(path[2])
    if home.endswith("_param"):
        return facts.parameters
    return facts.include if home in ("include", "exclude") else facts.param


def _layer(subject: Subject, path: Path) -> Step | None:
    """The layer that a path of the text is in."""
    home, *inner = path
    if not inner or home not in ("layer", "layers"):
        return None
    return subject.written_layer(int(inner[0]))
