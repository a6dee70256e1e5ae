"""What a net or a solver has that BVLC Caffe does not: layer types, fields and enum values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen import proto
from protogen.graph import Step

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from protogen.proto import NetParameter

__all__ = ["CONVERTERS", "ForkPart", "common_forks", "fork_parts", "fork_type", "net_parts"]

#: The schemas of programs that read or write prototxt, but do not train nets as Caffe does.
CONVERTERS = {
    "c-onnx",
    "mace",
    "mnn",
    "ncnn",
    "netscope",
    "opencv",
    "pt2c",
    "pynetbuilder",
    "tengine",
    "trt",
    "x2paddle",
}


class ForkPart(NamedTuple):
    """A layer type, a field, or the value of a field, at ``path``; ``forks`` have it."""

    path: str
    what: str
    forks: tuple[str, ...]


def fork_type(step: Step) -> ForkPart | None:
    """The type of a layer, if only forks have it."""
    if step.schema is None or not step.schema.forks:
        return None
    return ForkPart("type", f"the layer type {step.type}", step.schema.forks)


def fork_parts(
    message: Message, path: str = "", *, skip: Collection[str] = ()
) -> Iterator[ForkPart]:
    """The fields and enum values in a message that only forks have, except in ``skip``."""
    for field, value in message.ListFields():
        if field.name in skip:
            continue
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


def net_parts(net: NetParameter) -> Iterator[ForkPart]:
    """What only forks have in a net, outside of its layers."""
    return fork_parts(net, skip=("layer", "layers"))


def _elements(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The value, or each element of a repeated field, with its path."""
    if not hasattr(value, "__len__"):
        yield path, value
        return
    for index, element in enumerate(value):
        yield f"{path}[{index}]", element


def common_forks(parts: Iterable[ForkPart]) -> list[str]:
    """The forks that have all of these, in the order of the first."""
    every = [part.forks for part in parts]
    first = dict.fromkeys(every[0]) if every else {}
    return [fork for fork in first if all(fork in forks for forks in every)]
