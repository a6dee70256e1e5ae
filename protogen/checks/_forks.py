"""What a layer has that BVLC Caffe does not: fields and enum values of forks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen import proto

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["ForkPart", "fork_parts"]


class ForkPart(NamedTuple):
    """A field, or the value of one, at ``path``; ``forks`` have it."""

    path: str
    what: str
    forks: tuple[str, ...]


def fork_parts(message: Message, path: str = "") -> Iterator[ForkPart]:
    """The fields and enum values in a message that only forks have."""
    for field, value in message.ListFields():
        field_path = f"{path}.{field.name}" if path else field.name
        forks = proto.forks_of(field)
        if forks:
            what = f"the field {field.name} in {message.DESCRIPTOR.name}"
            yield ForkPart(field_path, what, forks)
        elif field.message_type is not None:
            for element_path, element in _elements(field_path, value):
                yield from fork_parts(element, element_path)
        elif field.enum_type is not None:
            for _, number in _elements(field_path, value):
                name = field.enum_type.values_by_number[number]
                forks = proto.forks_of(name)
                if forks:
                    yield ForkPart(field_path, f"the value {name.name} of {field.name}", forks)


def _elements(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The value, or each element of a repeated field, with its path."""
    if not hasattr(value, "__len__"):
        yield path, value
        return
    for index, element in enumerate(value):
        yield f"{path}[{index}]", element
