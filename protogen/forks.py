"""What a net or a solver has that BVLC Caffe does not: layer types, fields and enum values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from protogen import proto, targets
from protogen.fillers import FORK_FILLERS
from protogen.proto.schemas import schema_of

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, EnumValueDescriptor, FieldDescriptor
    from google.protobuf.message import Message

    from protogen.proto import LayerParameter, NetParameter
    from protogen.schema import LayerSchema

__all__ = [
    "CONVERTERS",
    "ForkPart",
    "common_forks",
    "fork_parts",
    "layer_parts",
    "net_parts",
    "target_forks",
]

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
    """A layer type, a field, or the value of a field, at ``path``; ``forks`` have it.

    An ``inner`` part is in a message that only forks have; not all of them need have the part.
    """

    path: str
    what: str
    forks: tuple[str, ...]
    inner: bool = False


def layer_parts(layer: LayerParameter, schema: LayerSchema | None) -> Iterator[ForkPart]:
    """What only forks have in a layer: its type, fields and values.

    The message with the parameters of such a type is an inner part: it goes without saying.
    """
    parts = fork_parts(layer)
    if schema is None or not _is_type_of_forks(layer, schema):
        yield from parts
        return
    yield ForkPart("type", f"the layer type {schema.type}", schema.forks)
    for part in parts:
        if part.path == schema.param:
            part = part._replace(inner=True)
        yield part


def _is_type_of_forks(layer: LayerParameter, schema: LayerSchema) -> bool:
    """Whether only forks have the type, and not the user's own ``caffe.proto``."""
    if not schema.forks:
        return False
    users = schema_of(layer.DESCRIPTOR)
    if users is None:
        return True
    # A schema does not list layer types. The field with the parameters says that it has the type.
    return not schema.param or not users.has_field(schema.param)


def fork_parts(
    message: Message, path: str = "", *, skip: Collection[str] = (), inner: bool = False
) -> Iterator[ForkPart]:
    """The fields and enum values in a message that only forks have, except in ``skip``."""
    for field, value in message.ListFields():
        if field.name in skip:
            continue
        field_path = f"{path}.{field.name}".lstrip(".")
        forks = proto.forks_of(field)
        if forks:
            what = f"the field {field.name} in {message.DESCRIPTOR.name}"
            yield ForkPart(field_path, what, forks, inner)
        if field.message_type is not None:
            # What is in a message of forks goes without saying.
            is_inner = inner or bool(forks)
            for element_path, element in _elements(field_path, value):
                yield from fork_parts(element, element_path, inner=is_inner)
        elif not forks:
            yield from _value_parts(field, value, field_path, inner)


def _value_parts(field: FieldDescriptor, value: Any, path: str, inner: bool) -> Iterator[ForkPart]:
    """The values of a field of BVLC Caffe that only forks have: ``MKLDNN`` of engine."""
    # A filler is a string, so the schema has no list of them that could carry the marks of forks.
    if field.full_name == "caffe.FillerParameter.type" and value in FORK_FILLERS:
        yield ForkPart(path, f'the filler "{value}"', FORK_FILLERS[value], inner)
    for name in _enum_values(field, value):
        forks = proto.forks_of(name)
        if forks:
            yield ForkPart(path, f"the value {name.name} of {field.name}", forks, inner)


def _enum_values(field: FieldDescriptor, value: Any) -> Iterator[EnumValueDescriptor]:
    """The values of an enum field that are written; none for a field of another type."""
    if field.enum_type is None:
        return
    for _, number in _elements("", value):
        yield field.enum_type.values_by_number[number]


def net_parts(net: NetParameter) -> Iterator[ForkPart]:
    """What only forks have in a net, outside of its layers."""
    return fork_parts(net, skip=("layer", "layers"))


def _elements(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The value, or each element of a repeated field, with its path."""
    # A message and the number of an enum value have no length; lists of either have one.
    if not hasattr(value, "__len__"):
        yield path, value
        return
    for index, element in enumerate(value):
        yield f"{path}[{index}]", element


def common_forks(each: Iterable[Sequence[str]]) -> list[str]:
    """The forks that are in all of these, in the order of the first."""
    every = list(each)
    if not every:
        return []
    in_all = set.intersection(*map(set, every))
    # A set has no order of its own.
    return sorted(in_all, key=every[0].index)


def target_forks(net: NetParameter) -> Iterator[str]:
    """The targets that are forks of Caffe and have every layer type and field of a net.

    Their schemas are complete, unlike the marks in ``caffe.proto``.
    """
    # Converters and runtimes have schemas, too, but no data layers: they do not train.
    types = {"Data"}
    types.update(layer.type for layer in net.layer)
    for target in targets.all_targets():
        if target.schema is None or not target.schema.forks:
            continue
        if not all(map(target.has_type, types)):
            continue
        if _knows(target.schema.message_class().DESCRIPTOR, net):
            yield target.name


def _knows(descriptor: Descriptor, message: Message) -> bool:
    """Whether a schema has the fields and enum values of a message, by their names."""
    for field, value in message.ListFields():
        theirs = descriptor.fields_by_name.get(field.name)
        if theirs is None or not _knows_value(theirs, field, value):
            return False
    return True


def _knows_value(theirs: FieldDescriptor, field: FieldDescriptor, value: Any) -> bool:
    """Whether a field of a schema can hold what is written in our field with its name."""
    if field.message_type is not None:
        if theirs.message_type is None:
            return False
        knows = partial(_knows, theirs.message_type)
        return all(knows(element) for _, element in _elements("", value))
    # By name: forks number the values of an enum in their own ways.
    if theirs.enum_type is None:
        return True
    known = theirs.enum_type.values_by_name
    return all(each.name in known for each in _enum_values(field, value))
