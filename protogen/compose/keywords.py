"""From the keywords of a layer call to the fields of its message.

A layer type takes the fields of its own parameter messages, flat, and those of the layer itself.
What a keyword means is worked out once for each type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.schema import LayerSchema
from protogen.values import Problem, converter, value_problem

__all__ = ["ALIGNED", "OWN", "Keyword", "UnknownKeyword", "fill", "keyword_problem", "keywords_of"]

#: Keywords with a meaning of their own, which the composer reads before the rest.
OWN = ("name", "top", "ntop", "in_place")

#: The offset of a Crop that the composer computes.
ALIGNED = "aligned"

#: Fields of the layer that any type takes as they are.
COMMON = ("loss_weight", "param", "propagate_down", "include", "exclude", "phase", "blobs")


class UnknownKeyword(Exception):
    """A keyword that a layer type does not take."""


class Keyword(NamedTuple):
    """Where a keyword's value goes: a field of a parameter message, or of the layer itself."""

    home: str
    convert: Callable[[Any], Any] | None
    field: Any


def fill(fields: dict[str, Any], schema: LayerSchema, keywords: Mapping[str, Any]) -> None:
    """Add each keyword to the fields of a ``LayerParameter``; ``None`` leaves a field out."""
    known = keywords_of(schema)
    for name, value in keywords.items():
        keyword = known.get(name)
        if keyword is None:
            if name in OWN:
                continue
            raise UnknownKeyword(name)
        if value is None:
            continue
        home, convert, _ = keyword
        if convert is not None:
            value = convert(value)
        if not home:
            fields[name] = {**value, **fields[name]} if name in fields else value
        elif home in fields:
            fields[home][name] = value
        else:
            fields[home] = {name: value}


# What each type takes --------------------------------------------------------------------------

_known: dict[str, dict[str, Keyword]] = {}


def keywords_of(schema: LayerSchema) -> Mapping[str, Keyword]:
    """Every keyword of a layer type but the composer's own."""
    known = _known.get(schema.type)
    if known is None:
        known = _known[schema.type] = _gather(schema)
    return known


def _gather(schema: LayerSchema) -> dict[str, Keyword]:
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    found: dict[str, Keyword] = {}
    for home in schema.params:
        message = fields[home].message_type
        assert message is not None
        for field in message.fields:
            if field.name not in found or _takes_precedence(schema, home, field.name):
                found[field.name] = Keyword(home, converter(field), field)
        found.setdefault(home, Keyword("", _message_converter(message), fields[home]))
    for name in COMMON:
        found.setdefault(name, Keyword("", converter(fields[name]), fields[name]))
    return found


def _takes_precedence(schema: LayerSchema, home: str, name: str) -> bool:
    """Whether a field wins over one with the same name in an earlier message of the type.

    Data layers read ``scale``, ``mean_file``, ``crop_size`` and ``mirror`` from transform_param;
    the others with these names belong to V1 and mean nothing today. But WindowData scales by its
    own.
    """
    return home == "transform_param" and (schema.type, name) != ("WindowData", "scale")


def _message_converter(descriptor: Any) -> Callable[[Any], Any]:
    """For a parameter message given as a dict: its fields take what keywords of theirs would."""

    def convert(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        converted = {}
        for name, given in value.items():
            field = descriptor.fields_by_name.get(name)
            convert_field = converter(field) if field is not None else None
            converted[name] = convert_field(given) if convert_field else given
        return converted

    return convert


# What is wrong with them -----------------------------------------------------------------------


def keyword_problem(schema: LayerSchema, given: Mapping[str, Any]) -> Problem:
    """Which of the given keywords protobuf would not take, and why."""
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
    return Problem("its keywords do not make a valid message")


def _unknown_keyword(schema: LayerSchema, name: str) -> Problem:
    known = keywords_of(schema)
    hint = did_you_mean(name, [*known, *OWN])
    if not hint:
        own = [name for name, keyword in known.items() if keyword.home]
        hint = f"known keywords: {', '.join(own)}" if own else "it has no parameters of its own"
    return Problem(f'unknown keyword "{name}"', hint)
