"""From the keywords of a layer call to the fields of its message.

The keywords of a layer type are the fields of its parameter messages, without naming the message,
and some fields of the layer itself. What each keyword means is looked up once for each type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.schema import LayerSchema, UnknownType
from protogen.values import Converter, Problem, converter, value_problem

__all__ = ["ALIGNED", "OWN", "Keyword", "UnknownKeyword", "fill", "keyword_problem", "keywords_of"]

#: Keywords with a meaning of their own, which the composer reads before the rest.
OWN = ("name", "top", "tops", "ntop", "in_place")
_OWN = frozenset(OWN)

#: The offset of a Crop that the composer computes.
ALIGNED = "aligned"

#: Fields of the layer that are keywords of every type.
COMMON = ("loss_weight", "param", "propagate_down", "include", "exclude", "phase", "blobs")


class UnknownKeyword(Exception):
    """A keyword that a layer type does not have."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """Where a keyword's value goes: a field of a parameter message, or of the layer itself.

    ``home`` is the name of the parameter message in the layer, and empty for a field of the layer.
    """

    home: str
    convert: Converter | None
    field: FieldDescriptor


def fill(fields: dict[str, Any], schema: LayerSchema, keywords: Mapping[str, Any]) -> None:
    """Add each keyword to the fields of a ``LayerParameter``; ``None`` leaves a field out."""
    known = keywords_of(schema)
    for name, value in keywords.items():
        keyword = known.get(name)
        if keyword is None:
            if name in _OWN:
                continue
            raise UnknownKeyword(name)
        if value is None:
            continue
        if keyword.convert is not None:
            value = keyword.convert(value)
        home = keyword.home
        if not home:
            if name in fields:
                # A message given as a dict may come after some of its fields; the fields win.
                value = {**value, **fields[name]}
            fields[name] = value
        elif home in fields:
            fields[home][name] = value
        else:
            fields[home] = {name: value}


# The keywords of each type ---------------------------------------------------------------------

_known: dict[str, dict[str, Keyword]] = {}


def keywords_of(schema: LayerSchema) -> Mapping[str, Keyword]:
    """Every keyword of a layer type except the composer's own."""
    known = _known.get(schema.type)
    if known is None:
        known = _known[schema.type] = _find_keywords(schema)
    return known


def _find_keywords(schema: LayerSchema) -> dict[str, Keyword]:
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    found: dict[str, Keyword] = {}
    for home in schema.params:
        message = fields[home].message_type
        assert message is not None
        for field in message.fields:
            if field.name in found and not _takes_precedence(schema, home, field.name):
                continue
            found[field.name] = Keyword(home, converter(field), field)
        # The message as a whole is a keyword, too, unless one of its fields has the same name.
        found.setdefault(home, Keyword("", _message_converter(message), fields[home]))
    # A parameter with one of these names would win, but today there is none.
    for name in COMMON:
        found.setdefault(name, Keyword("", converter(fields[name]), fields[name]))
    if isinstance(schema, UnknownType):
        found |= _messages()
    return found


def _messages() -> dict[str, Keyword]:
    """Every parameter message, for a type of which nobody knows which it reads."""
    found = {}
    for field in proto.LayerParameter.DESCRIPTOR.fields:
        if field.message_type is not None and field.name not in COMMON:
            found[field.name] = Keyword("", _message_converter(field.message_type), field)
    return found


def _takes_precedence(schema: LayerSchema, home: str, name: str) -> bool:
    """Whether a field wins over one with the same name in an earlier message of the type.

    Data layers read ``scale``, ``mean_file``, ``crop_size`` and ``mirror`` from transform_param.
    The fields with these names in their own messages are old: Caffe moves them when it upgrades a
    net, and otherwise ignores them. Only WindowData still scales by its own field.
    """
    return home == "transform_param" and (schema.type, name) != ("WindowData", "scale")


def _message_converter(descriptor: Descriptor) -> Converter:
    """For a parameter message given as a dict: its fields accept the same values as keywords."""

    def convert(value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        converted = dict(value)
        for name, given in value.items():
            field = descriptor.fields_by_name.get(name)
            # An unknown field is reported with the other mistakes in the keywords.
            convert_field = None if field is None else converter(field)
            if convert_field is not None:
                converted[name] = convert_field(given)
        return converted

    return convert


# What is wrong with keywords -------------------------------------------------------------------


def keyword_problem(schema: LayerSchema, given: Mapping[str, object]) -> Problem:
    """Which of the given keywords protobuf rejects, and why."""
    known = keywords_of(schema)
    for name, value in given.items():
        if name in OWN or value is None:
            continue
        keyword = known.get(name)
        if keyword is None:
            return _unknown_keyword(schema, name)
        problem = value_problem(keyword.field, value)
        if problem:
            return problem
        if keyword.home in given and not isinstance(given[keyword.home], Mapping):
            hint = f"set it in the message, or give {keyword.home} as a dict"
            return Problem(f"expected either {name} or {keyword.home}, got both", hint)
    return Problem("its keywords do not form a valid message")


def _unknown_keyword(schema: LayerSchema, name: str) -> Problem:
    known = keywords_of(schema)
    hint = did_you_mean(name, [*known, *OWN])
    if not hint:
        hint = _keywords_hint(schema, known)
    return Problem(f'unknown keyword "{name}"', hint)


def _keywords_hint(schema: LayerSchema, known: Mapping[str, Keyword]) -> str:
    """What a type takes, for a keyword that resembles none of its own."""
    parameters = []
    for name, keyword in known.items():
        # The fields of the layer itself, which every type has, are rarely what is wanted.
        if keyword.home:
            parameters.append(name)
    if parameters:
        return f"known keywords: {', '.join(parameters)}"
    if isinstance(schema, UnknownType):
        return "parameters of an unknown type go in a message, as in convolution_param={...}"
    return "it has no parameters of its own"
