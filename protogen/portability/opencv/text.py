"""OpenCV's reading of a text: a message of its schema, and the unknown fields that it keeps.

The parser keeps an unknown field as a name and the text of its value. A nested unknown message
leaves no trace but its fields, which count as fields of the message around it.
(source: 3rdparty/protobuf/src/google/protobuf/text_format.cc in OpenCV, ``SkipField``)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from protogen import proto
from protogen.portability.dialect.idle_fields import value_hint
from protogen.portability.opencv.faults import OpenCVFault
from protogen.proto.fields import is_repeated
from protogen.text.parse import ParseResult, parse
from protogen.text.tree import Block, Entry, Span
from protogen.text.upgrade.upgrade_findings import Findings
from protogen.text.upgrade.v0 import is_v0, upgrade_v0
from protogen.text.upgrade.v1 import upgrade_v1

__all__ = ["ReadNet", "UnknownField", "read_net"]

#: A value that is not a string: a word or a number, as protobuf's tokenizer knows them.
_VALUE = re.compile(
    r"-?\s*(?:[A-Za-z_]\w*|0[xX][0-9a-fA-F]+|0[0-7]*"
    r"|(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[fF]?)"
)
_GAP = re.compile(r"(?:\s|#[^\n]*)*")
#: Problems of the text that OpenCV's parser ignores.
_HARMLESS = frozenset({"unknown-field", "not-utf8", "empty-file"})


@dataclass(frozen=True)
class UnknownField:
    """A field that OpenCV's schema does not have: its name, and the first word of its value.

    ``value`` is ``None`` if there is no word: the field is a string. Then OpenCV rejects the file
    when it looks at the field.
    """

    name: str
    value: str | None
    offset: int


@dataclass(frozen=True)
class ReadNet:
    """A net as OpenCV's parser returns it, in the current format.

    ``blocks`` are where the layers are written, ``None`` for a layer of the V0 format; ``kept`` is
    whether unknown fields of a layer itself count, which those of V1 layers do not.
    """

    message: Any
    result: ParseResult
    blocks: list[Block | None]
    origins: list[int]
    kept: bool

    def block(self, index: int) -> Block | None:
        """Where a layer is written, by its index in the message."""
        return self.blocks[self.origins[index]] if index < len(self.origins) else None

    def unknown_fields(self, block: Block, descriptor: Any) -> list[UnknownField]:
        """The unknown fields of one message, those of nested unknown messages included."""
        found: list[UnknownField] = []
        for entry in block.entries:
            if entry[0] not in descriptor.fields_by_name:
                found += _flattened(entry, self.result.plain)
        return found

    def unknown_parameters(self, index: int) -> Iterator[tuple[str, list[UnknownField]]]:
        """The parameter messages of a layer that have unknown fields, with these."""
        block = self.block(index)
        if block is None:
            return
        fields = self.message.layer[index].DESCRIPTOR.fields_by_name
        for name, spans in block.by_name.items():
            field = fields.get(name)
            # OpenCV looks into each message with such a name, down to its fillers. It does not look
            # into `param`, `include` and `exclude`.
            if not name.endswith("_param") or field is None or field.message_type is None:
                continue
            unknown: list[UnknownField] = []
            for span in spans:
                if span.block is not None:
                    unknown += self.unknown_fields(span.block, field.message_type)
            if unknown:
                yield name, unknown


def read_net(text: str, message_class: Any, filename: str) -> ReadNet:
    """Read a net as OpenCV does. Raises `OpenCVFault` where its parser gives up."""
    result = parse(text, message_class, filename)
    _check(result)
    message = result.message()
    old = list(message.layers)
    kind = "layers" if old else "layer"
    blocks: list[Block | None] = [span.block for span in result.root.by_name.get(kind, [])]
    origins = list(range(len(blocks)))
    if old:
        message, origins = _upgraded(message, message_class)
        if any(layer.HasField("layer") for layer in old):
            blocks = [None] * len(old)
    return ReadNet(message, result, blocks, origins, kept=not old)


def _check(result: ParseResult) -> None:
    """Raise `OpenCVFault` for a text that OpenCV's parser rejects."""
    if result.foreign_format or result.look_alikes:
        raise OpenCVFault("cannot parse the text")
    for problem in result.problems:
        if problem.rule not in _HARMLESS:
            raise _problem_fault(problem.rule, problem.message, problem.hint)
    if not _HARMLESS.issuperset(result.unreported):
        raise OpenCVFault("cannot parse the text")
    # Some editors write this mark, which nobody sees. The tokenizer of protobuf stops at it.
    if result.text.startswith("\ufeff"):
        raise OpenCVFault("cannot parse the text: it starts with a byte order mark")
    if result.has_required:
        _check_required(result.message())
    _check_unknown(result.root, result.message_class.DESCRIPTOR, result.plain)


def _problem_fault(rule: str, message: str, hint: str) -> OpenCVFault:
    """The fault with which OpenCV stops at a problem of the text."""
    if rule == "unknown-enum-value":
        hint = hint or value_hint(message)
    return OpenCVFault(f"cannot parse the text: {message}", hint=hint)


def _check_required(message: Any) -> None:
    """Raise for a required field that is missing: the text is read whole, and then rejected."""
    missing = message.FindInitializationErrors()
    if missing:
        raise OpenCVFault(f"cannot parse the text: the required field {missing[0]} is missing")


def _check_unknown(block: Block, descriptor: Any, text: str) -> None:
    """Raise for an unknown field that the parser cannot skip."""
    for entry in block.entries:
        name, _, end, _ = entry
        field = descriptor.fields_by_name.get(name)
        if field is None:
            # Only in a known message: there, skipping a field ends before the separator.
            rest = text[end:].lstrip()
            if rest.startswith((",", ";")):
                raise OpenCVFault(f'cannot parse the text: a separator after "{name}"')
            _check_skipped(entry, text)
        elif field.message_type is not None:
            for inner in _blocks_of(entry):
                _check_unknown(inner, field.message_type, text)


def _check_skipped(entry: Entry, text: str) -> None:
    """Raise for an unknown field without a valid value: an empty list, a malformed number."""
    name, _, _, child = entry
    # In a known field, protobuf takes an empty list for no value.
    if child == []:
        raise OpenCVFault(f'cannot parse the text: the unknown field "{name}" is an empty list')
    for block in _blocks_of(entry):
        for inner in block.entries:
            _check_skipped(inner, text)
    for value in _values(entry, text):
        if not _is_string(value) and not _VALUE.fullmatch(value):
            raise OpenCVFault(f'cannot parse the text: "{name}" has the value {value}')


def _values(entry: Entry, text: str) -> list[str]:
    """The value of a field, or those of a list, without the messages."""
    _, start, end, child = entry
    if child is None:
        _, _, value = text[start:end].partition(":")
        # Comments may stand between the colon and the value.
        return [_GAP.sub("", value, count=1).rstrip()]
    if isinstance(child, Block):
        return []
    return [text[span.start : span.end] for span in child if span.block is None]


def _blocks_of(entry: Entry) -> Iterator[Block]:
    """The messages that are the value of a field, or elements of it."""
    child = entry[3]
    if isinstance(child, Block):
        yield child
        return
    for span in child or ():
        if span.block is not None:
            yield span.block


def _flattened(entry: Entry, text: str) -> Iterator[UnknownField]:
    """An unknown field, or the fields in it if it is a message."""
    name, start, _, child = entry
    if isinstance(child, Block):
        for inner in child.entries:
            yield from _flattened(inner, text)
        return
    words = []
    for value in _values(entry, text):
        # The parser keeps the last token of a value, so not the sign, and no strings.
        word = value.lstrip("-").strip()
        if word and not _is_string(value):
            words.append(word)
    first = words[0] if words else None
    yield UnknownField(name, first, start)


def _is_string(value: str) -> bool:
    """Whether a value begins with a quotation mark."""
    return value.startswith(("'", '"'))


def _upgraded(message: Any, message_class: Any) -> tuple[Any, list[int]]:
    """The net without V0 and V1 layers, as `UpgradeNetAsNeeded` leaves it.

    OpenCV drops the layers of the current format if there are older ones, too.
    """
    net, found = proto.NetParameter(), Findings()
    message.ClearField("layer")
    _copy(message, net)
    origins = list(range(len(net.layers)))
    if is_v0(net):
        net, origins = upgrade_v0(net, found)
    if found.fatal:
        raise OpenCVFault(f"cannot upgrade the net: {found[0].message}")
    upgrade_v1(net, found)
    new = message_class()
    _copy(net, new)
    return new, origins


def _copy(source: Any, target: Any) -> None:
    """Copy a message into one of another schema, by the names of fields and enum values."""
    for field, value in source.ListFields():
        wanted = target.DESCRIPTOR.fields_by_name.get(field.name)
        # The schema of the upgrade has the fields of all forks; OpenCV's has some of them.
        if wanted is None:
            continue
        if field.message_type is not None:
            _copy_messages(field.name, value, target)
        elif is_repeated(field):
            copies = [_copied_value(field, wanted, each) for each in value]
            getattr(target, field.name).extend(copies)
        else:
            setattr(target, field.name, _copied_value(field, wanted, value))


def _copy_messages(name: str, value: Any, target: Any) -> None:
    """Copy a message, or a list of them, into the field with this name."""
    if isinstance(value, Message):
        # An empty message is given, too: OpenCV looks for shapes in any input_param.
        getattr(target, name).SetInParent()
        _copy(value, getattr(target, name))
        return
    for each in value:
        _copy(each, getattr(target, name).add())


def _copied_value(field: Any, wanted: Any, value: Any) -> Any:
    """A value for the field of another schema, whose enums may number their values differently."""
    if field.enum_type is None:
        return value
    name = field.enum_type.values_by_number[value].name
    return wanted.enum_type.values_by_name[name].number


def spans(block: Block, name: str) -> list[Span]:
    """The occurrences of a field in a message."""
    return block.by_name.get(name, [])
