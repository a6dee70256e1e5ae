"""From the keywords of a NetSpec call to the fields of its ``LayerParameter``.

NetSpec knows a layer type by its parameter message: the keywords of ``Convolution`` are the fields
of ``ConvolutionParameter``, a keyword that ends in ``param`` is a field of the layer, and so is any
other. A keyword that NetSpec cannot place, because no message has the name of the type, goes where
the type declares it: ``Deconvolution`` reads ``convolution_param``, a loss ``loss_param``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from protogen import layers
from protogen.compose.keywords import Keyword, UnknownKeyword, keywords_of
from protogen.diagnostics import did_you_mean
from protogen.netspec.schema import on_change, proto
from protogen.proto.fields import is_repeated
from protogen.schema import UnknownType
from protogen.values import Problem, value_problem

__all__ = [
    "REJECTIONS",
    "add_fields",
    "keyword_problem",
    "param_name_dict",
]

_D = FieldDescriptor
_INTEGERS = (_D.CPPTYPE_INT32, _D.CPPTYPE_INT64, _D.CPPTYPE_UINT32, _D.CPPTYPE_UINT64)

#: An empty dict for a message: NetSpec then leaves the message out.
_NOTHING = object()

_Convert = Callable[[Any], Any]


class _Rejected(Exception):
    """A value that its field does not take."""


#: What a bad keyword or value raises here, or in protobuf when the layer is made of the fields.
REJECTIONS = (_Rejected, UnknownKeyword, TypeError, ValueError)


class _Place(NamedTuple):
    """Where a keyword goes: a field of a parameter message, or of the layer without a ``home``."""

    home: str
    name: str
    convert: _Convert | None


def add_fields(fields: dict[str, Any], layer_type: str, keywords: Mapping[str, Any]) -> None:
    """Add the keywords of a layer to its fields, in order, as NetSpec assigns them.

    A repeated field that is given twice, flat and in its message, gets both values; of others the
    later value counts. Raises one of `REJECTIONS` for a keyword or a value that no field takes.
    """
    # Kept by type, because scripts call few types many times, with the same keywords.
    places = _places.setdefault(layer_type, {})
    for keyword, value in keywords.items():
        place = places.get(keyword)
        if place is None:
            place = places[keyword] = _place(layer_type, keyword)
        home, name, convert = place
        if convert is not None:
            value = convert(value)
            if value is _NOTHING:
                continue
        elif value is None:
            # Protobuf would leave the field out.
            raise _Rejected
        target = fields
        if home:
            if home not in fields:
                fields[home] = {name: value}
                continue
            target = fields[home]
            if type(target) is not dict:
                # The script gives the message itself.
                target = fields[home] = _as_dict(target)
        if name in target:
            value = _merged(target[name], value)
        target[name] = value


def _merged(old: Any, new: Any) -> Any:
    """What a field has after both values were assigned."""
    if isinstance(old, list):
        return [*old, *new]
    if not isinstance(old, (dict, Message)):
        return new
    merged = _as_dict(old)
    for name, value in _as_dict(new).items():
        if name in merged:
            value = _merged(merged[name], value)
        merged[name] = value
    return merged


def _as_dict(message: Message | dict[str, Any]) -> dict[str, Any]:
    """A new dict of the fields of a message, which may be a dict already."""
    if isinstance(message, dict):
        return dict(message)
    found = {}
    for field, value in message.ListFields():
        found[field.name] = list(value) if is_repeated(field) else value
    return found


# Where a keyword goes --------------------------------------------------------------------------

#: For each layer type, the places of the keywords seen so far.
_places: dict[str, dict[str, _Place]] = {}


@cache
def param_name_dict() -> dict[str, str]:
    """The parameter message of each layer type: ``{"InnerProduct": "inner_product", ...}``."""
    found = {}
    for field in proto.LayerParameter.DESCRIPTOR.fields:
        if field.name.endswith("_param") and field.message_type is not None:
            layer_type = field.message_type.name.removesuffix("Parameter")
            # Of two messages with one type, the later one counts only if it is named like the type.
            if layer_type not in found or field.name.replace("_", "") == f"{layer_type}param":
                found[layer_type] = field.name.removesuffix("_param")
    return found


def _place(layer_type: str, keyword: str) -> _Place:
    """Where a keyword of a type goes. Raises `UnknownKeyword`."""
    homes = [f"{param_name_dict().get(layer_type)}_param", ""]
    # NetSpec takes a keyword that ends in param for a field of the layer without looking.
    if keyword.endswith("param"):
        homes = [""]
    # Only what NetSpec itself cannot place goes where the type declares it.
    for home in homes:
        field = _field_at(home, keyword)
        if field is not None:
            return _Place(home, keyword, _converter(field))
    declared = _declared_keywords(layer_type).get(keyword)
    if declared is None:
        raise UnknownKeyword(keyword)
    field = _field_at(declared.home, keyword)
    # A fork's own schema may lack the field.
    if field is None:
        raise UnknownKeyword(keyword)
    return _Place(declared.home, keyword, _converter(field))


def _field_at(home: str, name: str) -> FieldDescriptor | None:
    """The field of a parameter message, or of the layer if ``home`` is empty, if there is one."""
    descriptor: Descriptor = proto.LayerParameter.DESCRIPTOR
    if home:
        holder = descriptor.fields_by_name.get(home)
        if holder is None or holder.message_type is None:
            return None
        descriptor = holder.message_type
    return descriptor.fields_by_name.get(name)


def _declared_keywords(layer_type: str) -> Mapping[str, Keyword]:
    """The keywords that the type has when it is composed without NetSpec."""
    schema = layers.find(layer_type)
    if schema is None:
        schema = UnknownType(layer_type)
    return keywords_of(schema)


def _forget() -> None:
    _places.clear()
    param_name_dict.cache_clear()


on_change(_forget)


# What a value becomes --------------------------------------------------------------------------


@cache
def _converter(field: FieldDescriptor) -> _Convert | None:
    """The conversion of the values that scripts give for a field; ``None`` if they need none.

    A single value becomes a list, a message a dict, and True or False a number.
    """
    one = _element_converter(field)
    if not is_repeated(field):
        return one

    def convert(value: Any) -> list[Any]:
        if type(value) is list:
            elements = value
        elif _is_single(value):
            elements = [value]
        else:
            elements = list(value)
        if None in elements:
            raise _Rejected
        if one is None:
            return elements
        return list(map(one, elements))

    def convert_messages(value: Any) -> list[Any]:
        messages = convert(value)
        for index, message in enumerate(messages):
            # NetSpec leaves an empty message out, but not if it is an element of a list.
            if message is _NOTHING:
                messages[index] = {}
        return messages

    if field.message_type is None:
        return convert
    return convert_messages


#: What most values are: one element of a repeated field.
_SINGLE = frozenset({int, float, str, bool, dict, bytes})


def _is_single(value: object) -> bool:
    """Whether a value is one element of a repeated field, not several; tuples and ranges are."""
    if type(value) in _SINGLE or isinstance(value, (str, bytes, Mapping, Message)):
        return True
    if not hasattr(value, "__iter__"):
        return True
    # An array without axes has an __iter__, which raises an error.
    return getattr(value, "shape", None) == ()


def _element_converter(field: FieldDescriptor) -> _Convert | None:
    """The conversion of one element of a field."""
    if field.message_type is not None:
        return _message_converter(field.message_type)
    if field.cpp_type in _INTEGERS:
        return _integer
    return None


def _integer(value: Any) -> Any:
    if type(value) is bool:
        # Current releases of protobuf reject True and False for a number.
        return int(value)
    if value is None:
        raise _Rejected
    return value


def _message_converter(descriptor: Descriptor) -> _Convert:
    """The conversion of a dict, or of a message of the same type."""
    known = descriptor.fields_by_name
    full_name = descriptor.full_name
    converters: dict[str, _Convert | None] = {}

    def field_converter(name: str) -> _Convert | None:
        if name not in converters:
            if name not in known:
                raise _Rejected
            converters[name] = _converter(known[name])
        return converters[name]

    def convert(value: Any) -> Any:
        if isinstance(value, Message) and value.DESCRIPTOR.full_name == full_name:
            return value
        if not isinstance(value, Mapping):
            raise _Rejected
        fields = {}
        for name, given in value.items():
            converter = field_converter(name)
            if converter is None:
                if given is None:
                    raise _Rejected
                fields[name] = given
                continue
            converted = converter(given)
            if converted is not _NOTHING:
                fields[name] = converted
        return fields or _NOTHING

    return convert


# What is wrong ---------------------------------------------------------------------------------


def keyword_problem(layer_type: str, keywords: Mapping[str, Any]) -> Problem:
    """What is wrong with keywords that `add_fields` or protobuf rejects."""
    for keyword, value in keywords.items():
        try:
            fields: dict[str, Any] = {}
            add_fields(fields, layer_type, {keyword: value})
            proto.LayerParameter(**fields)
        except UnknownKeyword:
            return _unknown_keyword(layer_type, keyword)
        except (_Rejected, TypeError, ValueError):
            field = _field(layer_type, keyword)
            problem = value_problem(field, _without_bools(field, value))
            return problem or Problem(f"{field.name} does not accept {value!r:.60}")
    return Problem("its keywords do not form a valid message")


def _field(layer_type: str, keyword: str) -> Any:
    """The field that a keyword of a type goes to."""
    home, name, _ = _place(layer_type, keyword)
    return _field_at(home, name)


def _without_bools(field: FieldDescriptor, value: Any) -> Any:
    """The value as `value_problem` takes it, for which True is not a number."""
    if field.cpp_type not in _INTEGERS:
        return value
    if _is_single(value):
        return _without_bool(value)
    return list(map(_without_bool, value))


def _without_bool(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return value


def _unknown_keyword(layer_type: str, keyword: object) -> Problem:
    """A keyword that no field of the layer has, with those that it has."""
    declared = _declared_keywords(layer_type)
    own = proto.LayerParameter.DESCRIPTOR.fields_by_name
    message = f'unknown keyword "{keyword}"'
    hint = did_you_mean(str(keyword), [*declared, *own, "ntop", "in_place"])
    if hint:
        return Problem(message, hint)
    parameters = []
    # Without those of forks, which are many and rarely what is wanted.
    for name, place in declared.items():
        if place.home and not proto.forks_of(place.field):
            parameters.append(name)
    if parameters:
        return Problem(message, f"known keywords: {', '.join(parameters)}")
    return Problem(message, "it has no parameters of its own")
