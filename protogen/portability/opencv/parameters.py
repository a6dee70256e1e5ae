"""The flat table of parameters that OpenCV hands to a layer.

All messages of a layer whose names end in ``_param`` are flattened into one table. If a message
has an unknown field, every field of it counts as given, with its default if it is not written.
(source: ``extractLayerParams`` in caffe_importer.cpp; ``DictValue`` in dnn.inl.hpp)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from protogen.portability.opencv.faults import OpenCVFault
from protogen.portability.opencv.text import ReadNet, spans
from protogen.proto.fields import is_repeated, is_required
from protogen.text.tree import Block

__all__ = ["Parameters", "Word", "layer_parameters"]

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_INTEGER = re.compile(r"[-+]?\d+")


class Word(str):
    """The value of an unknown field: text, which reads as a number as far as it is one."""

    __slots__ = ()


class Parameters(dict[str, Any]):
    """The parameters of one layer by name: numbers, strings, words, or lists of them."""

    def integer(self, name: str, default: int | None = None) -> int:
        """An integer. Raises `OpenCVFault` if it has no default and is not given."""
        value = self._one(name, default)
        # As C's atoi reads a text.
        if isinstance(value, str):
            found = _INTEGER.match(value)
            return int(found[0]) if found else 0
        if isinstance(value, float) and not value.is_integer():
            raise OpenCVFault(f"{name} is not an integer: {value}")
        return int(value)

    def boolean(self, name: str, default: bool) -> bool:
        """A boolean; a word other than a number is false."""
        return self.integer(name, int(default)) != 0

    def number(self, name: str, default: float | None = None) -> float:
        """A number."""
        value = self._one(name, default)
        if isinstance(value, str):
            found = _NUMBER.match(value)
            return float(found[0]) if found else 0.0
        return float(value)

    def text(self, name: str, default: str | None = None) -> str:
        """A string or the name of an enum value."""
        value = self._one(name, default)
        if not isinstance(value, str):
            raise OpenCVFault(f"{name} is not a string")
        return value

    def integers(self, name: str) -> list[int]:
        """All elements of a list; a single value is a list of one."""
        return [Parameters(each=each).integer("each") for each in self.elements(name)]

    def numbers(self, name: str) -> list[float]:
        """All elements of a list, as numbers."""
        return [Parameters(each=each).number("each") for each in self.elements(name)]

    def elements(self, name: str) -> list[Any]:
        """All elements of a list; none if it is not given."""
        value = self.get(name, [])
        return value if isinstance(value, list) else [value]

    def _one(self, name: str, default: Any) -> Any:
        if name not in self:
            if default is None:
                raise OpenCVFault(f"needs {name}, which is not given")
            return default
        # A list of one value is that value.
        values = self.elements(name)
        if len(values) != 1:
            raise OpenCVFault(f"{name} has {len(values)} values, but takes one")
        return values[0]


def layer_parameters(net: ReadNet, index: int, *, unknown_fields: bool = True) -> Parameters:
    """The table of one layer. Raises `OpenCVFault` for an unknown field without a value.

    ``unknown_fields`` is false for the table that the layer would have without them.
    """
    found = Parameters()
    layer = net.message.layer[index]
    block = net.block(index) if unknown_fields else None
    # The upgrade of a V1 layer drops its own unknown fields, but keeps those of its messages.
    unknown = net.unknown_fields(block, layer.DESCRIPTOR) if block and net.kept else []
    fields = [field for field in layer.DESCRIPTOR.fields if field.name.endswith("_param")]
    _extract(net, layer, block, fields, unknown, found)
    return found


def _extract(
    net: ReadNet,
    message: Any,
    block: Block | None,
    fields: Sequence[Any],
    unknown: Sequence[Any],
    found: Parameters,
) -> None:
    """Add fields of a message to the table, with the unknown fields beside them."""
    words = {}
    for each in unknown:
        if each.value is None:
            raise OpenCVFault(f'the unknown field "{each.name}" has a string or no value')
        words[each.name] = Word(each.value)
    written = {field.name for field, _ in message.ListFields()}
    for field in fields:
        # With an unknown field, OpenCV counts all fields as given.
        is_given = field.name in written or unknown or is_required(field)
        if not is_given:
            continue
        # OpenCV adds them again before each field, so they win over those of inner messages.
        found.update(words)
        if field.message_type is None:
            found[field.name] = _value(field, getattr(message, field.name))
        else:
            _extract_inner(net, message, block, field, found)


def _extract_inner(
    net: ReadNet, message: Any, block: Block | None, field: Any, found: Parameters
) -> None:
    """Add the fields of a message within a message."""
    value = getattr(message, field.name)
    if is_repeated(field):
        if not value:
            raise OpenCVFault(f"an unknown field beside an empty {field.name} crashes it")
        # OpenCV reads only the first one.
        value = value[0]
    # A V0 layer is not written where its upgraded message would be.
    places = spans(block, field.name) if block else []
    inner = places[0].block if places else None
    unknown = net.unknown_fields(inner, value.DESCRIPTOR) if inner else []
    _extract(net, value, inner, value.DESCRIPTOR.fields, unknown, found)


def _value(field: Any, value: Any) -> Any:
    """The value of a field as it is in the table: an enum value by its name."""
    if is_repeated(field):
        return [_single_value(field, each) for each in value]
    return _single_value(field, value)


def _single_value(field: Any, value: Any) -> Any:
    if field.enum_type is None:
        return value
    return str(field.enum_type.values_by_number[value].name)
