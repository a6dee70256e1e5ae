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
    values = target.unknown_fields.values if target.unknown_fields else "refuses"
    for each in document.diagnostics:
        if each.severity is not Severity.ERROR or each.name in _HARMLESS:
            continue
        if each.name == "unknown-enum-value" and values == "ignores":
            continue
        if each.name == "unknown-enum-value":
            each = replace(each, hint=each.hint or value_hint(each.message))
        yield _refusal(target, each, subject.written_layer(each.layer_index))
    yield from unknown_field_findings(subject, target, document.parse_result)


def _syntax(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The errors of the text for any parser, where the schema of the target is not known."""
    for each in subject.net.document.diagnostics if subject.net.document else ():
        if each.severity is Severity.ERROR and each.name not in _HARMLESS:
            yield _refusal(target, each, subject.written_layer(each.layer_index))


def _refusal(target: Target, error: Diagnostic, step: Step | None) -> Diagnostic:
    """An error of the text as a finding of the target, at the same place."""
    message = f"does not load the net: {error.message}"
    found = finding(target, "refuses", step, message, hint=error.hint)
    return replace(found, location=error.location)


def _formats(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The older formats that the target rejects."""
    formats, message = target.formats, subject.net.to_proto()
    if formats is None:
        return
    is_v0 = any(layer.HasField("layer") for layer in message.layers)
    if is_v0 and formats.v0 == "refuses":
        reason = "does not load the format V0"
    elif message.layers and formats.v1 == "refuses":
        reason = "does not load the format V1 (layers)"
    elif message.input and formats.input == "refuses":
        reason = "does not load input fields of the net"
    else:
        return
    hint = "protogen upgrade writes the current format, and so does protogen convert"
    yield finding(target, "refuses", None, reason, hint=hint)


def phase_findings(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The layers with rules about phases, for a target that ignores these."""
    phases = target.phases
    if phases is None or phases.rules == "honors":
        return
    source = target.source(phases)
    why = f"{source.mark}: {source.text}"
    for step in subject.layers:
        for field in ("include", "exclude"):
            if getattr(step.layer, field):
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
    if step is not None and name in SPELLINGS and "pooling_param" in path:
        return rounding_hint(subject, target, step)
    field = _field(subject.net.to_proto().DESCRIPTOR, path)
    return claimed(f"delete {name}") if field is not None and is_idle(field) else ""


def _field(descriptor: Any, path: Path) -> Any:
    """The field at a path of a net, in protogen's schema; ``None`` if that does not have it."""
    field = None
    for name in path:
        if isinstance(name, int):
            continue
        field = descriptor.fields_by_name.get(name) if descriptor is not None else None
        if field is None:
            return None
        descriptor = field.message_type
    return field


def _unknown(block: Block, descriptor: Any, path: Path) -> Iterator[tuple[Path, Span, str]]:
    """The path and the place of each unknown field, and the message that does not have it."""
    for name, spans in block.by_name.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            yield (*path, name), spans[0] if spans else Span(0, 0, None), descriptor.name
            continue
        for number, span in enumerate(spans):
            if field.message_type is not None and span.block is not None:
                yield from _unknown(span.block, field.message_type, (*path, name, number))


def _handling(facts: UnknownFields, path: Path) -> str:
    """What becomes of an unknown field, by its place."""
    if path[0] not in ("layer", "layers"):
        return facts.net
    if len(path) == 3:
        return facts.layer
    home = str(path[2])
    if home.endswith("_param"):
        return facts.parameters
    return facts.include if home in ("include", "exclude") else facts.param


def _layer(subject: Subject, path: Path) -> Step | None:
    """The layer that a path of the text is in."""
    if len(path) < 2 or path[0] not in ("layer", "layers"):
        return None
    return subject.written_layer(int(path[1]))
