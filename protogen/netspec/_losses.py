"""What is missing in a message of NetSpec, or in it twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from google.protobuf.descriptor import Descriptor, EnumDescriptor

from protogen import layers, rules
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.netspec._fields import param_name_dict
from protogen.netspec.record import finding
from protogen.netspec.schema import is_ours, on_change, proto
from protogen.program import Line
from protogen.proto.fields import has_required

if TYPE_CHECKING:
    from protogen.netspec.net_spec import Function, Top

__all__ = [
    "Assignment",
    "LayerFields",
    "is_unknown",
    "losses",
    "missing_field",
    "unknown_type",
]


#: A layer of a message, and the fields of ``LayerParameter`` that it was made of.
LayerFields = tuple["Function", dict[str, Any]]

#: Fields of a layer that say in which phases it runs.
_PHASES = frozenset(("include", "exclude", "phase"))


class Assignment(NamedTuple):
    """A name of a NetSpec, what is assigned to it, and where.

    ``is_current`` is false if something else has been assigned to the name since.
    """

    name: str
    item: Top | Function
    line: Line
    is_current: bool


def losses(
    written: Sequence[LayerFields],
    tops: Mapping[Function, Sequence[str]],
    assigned: Callable[[Collection[str]], Iterator[Assignment]],
) -> Iterator[Diagnostic]:
    """What a message lacks, in the order of its layers; lost names come last.

    ``tops`` are the names of the tops of each layer. ``assigned`` returns the names that are
    not among those taken.
    """
    names: set[str] = set()
    produced: dict[str, Function] = {}
    with_required = _with_required()
    for fn, fields in written:
        name, layer_type = fields["name"], fields["type"]
        if is_unknown(layer_type):
            yield unknown_type(fn, name)
        if name in names:
            yield _repeated(fn, name, f'an earlier layer is also named "{name}"')
        names.add(name)
        for index, top in enumerate(fields["top"]):
            if produced.setdefault(top, fn) is not fn and not _is_in_place(fields, index):
                produced[top] = fn
                yield _repeated(fn, name, f'blob "{top}" is also produced by an earlier layer')
        if _ignores_ntop(fn):
            message = f"ntop={fn.ntop} has no effect, because the layer is in place"
            yield finding("ignored-ntop", message, fn, name)
        # Most layers have no such values, and to test for that is faster than to call a generator.
        if _fork_enums(layer_type) or not _PHASES.isdisjoint(fields):
            yield from _fork_values(fn, fields)
        if not with_required.isdisjoint(fields):
            missing = missing_field(fn, fields)
            if missing is not None:
                yield missing
    yield from _lost_names(tops, assigned(names.union(produced)))


# Names -----------------------------------------------------------------------------------------


def _is_in_place(fields: dict[str, Any], index: int) -> bool:
    """Whether a top is the bottom in the same position."""
    bottoms = fields["bottom"]
    if index >= len(bottoms):
        return False
    return bool(bottoms[index] == fields["top"][index])


def _ignores_ntop(fn: Function) -> bool:
    """Whether a layer in place is given a number of tops that is not that of its bottoms."""
    if not fn.in_place:
        return False
    # NetSpec's own default is 1.
    return fn.ntop not in (1, len(fn.inputs))


def _repeated(fn: Function, name: str, message: str) -> Diagnostic:
    # Caffe accepts a name twice, but finds only the last layer that has it.
    return finding("repeated-name", message, fn, name, hint="give the layer its own name")


def _lost_names(
    tops: Mapping[Function, Sequence[str]], assigned: Iterator[Assignment]
) -> Iterator[Diagnostic]:
    """Names that neither a blob nor a layer has, and those that went to another blob."""
    for name, item, line, is_current in assigned:
        # A top knows its layer; a layer without tops is itself assigned.
        fn: Any = getattr(item, "fn", item)
        index: int = getattr(item, "n", 0)
        # A layer that is in no net has no tops.
        real_names = tops.get(fn, ())
        real = real_names[index] if index < len(real_names) else ""
        if is_current:
            message = f'no blob is named "{name}"'
            if real:
                message += f': the one that is assigned to it is "{real}"'
        elif real and real != name:
            message = f'"{name}" is assigned again: the blob that had the name is "{real}"'
        else:
            continue
        yield rules.named("lost-name").diagnostic(
            message, type=fn.type_name, location=Location(*line)
        )


# Types and fields ------------------------------------------------------------------------------


@cache
def is_unknown(layer_type: str) -> bool:
    """Whether neither BVLC's Caffe nor a known fork has the type, nor the schema its message."""
    if layers.find(layer_type) is not None:
        return False
    # The schema of a fork may have the message of a type that no other fork has.
    return is_ours() or layer_type not in param_name_dict()


def unknown_type(fn: Function, name: str = "") -> Diagnostic:
    """The warning about an unknown type."""
    hint = layers.suggest(fn.type_name)
    message = f'unknown layer type "{fn.type_name}"'
    return finding("unknown-type", message, fn, name, Severity.WARNING, hint=hint)


@cache
def _with_required() -> frozenset[str]:
    """The fields of a layer that are messages with required fields, or contain such messages."""
    names = set()
    for field in proto.LayerParameter.DESCRIPTOR.fields:
        if field.message_type is not None and _has_required(field.message_type):
            names.add(field.name)
    return frozenset(names)


@cache
def _has_required(descriptor: Descriptor) -> bool:
    if has_required(descriptor):
        return True
    for field in descriptor.fields:
        if field.message_type is not None and _has_required(field.message_type):
            return True
    return False


def missing_field(fn: Function, fields: dict[str, Any]) -> Diagnostic | None:
    """The warning about required fields that are not given; ``None`` if all are."""
    layer: Any = proto.LayerParameter(**fields)
    missing = layer.FindInitializationErrors()
    if not missing:
        return None
    verb = "is" if len(missing) == 1 else "are"
    message = f"required {', '.join(missing)} {verb} not set"
    why = "Caffe cannot read a net without it"
    name = fields.get("name", "")
    return finding("required-field", message, fn, name, Severity.WARNING, why=why)


def _fork_values(fn: Function, fields: dict[str, Any]) -> Iterator[Diagnostic]:
    """Enum values that only forks have: a number may be one by mistake."""
    for home, field, values in _fork_enums(fields["type"]):
        param = fields.get(home)
        if type(param) is dict and param.get(field) in values:
            yield _fork_value(fn, fields, field, *values[param[field]])
    phases = _values_of_forks(proto.FILE.enum_types_by_name["Phase"])
    # The phase of a layer itself, and those that its rules name.
    for owner in (fields, *fields.get("include", ()), *fields.get("exclude", ())):
        if type(owner) is dict and owner.get("phase") in phases:
            yield _fork_value(fn, fields, "phase", *phases[owner["phase"]])


def _fork_value(
    fn: Function, fields: dict[str, Any], field: str, value: str, forks: str
) -> Diagnostic:
    message = f"{field} is {value}, which only {forks} has"
    return finding("fork-value", message, fn, fields["name"])


@cache
def _fork_enums(layer_type: str) -> tuple[tuple[str, str, Mapping[Any, tuple[str, str]]], ...]:
    """The enums of a type that have values of forks: message, field, and those values.

    The fields ``engine`` are not among them, because the engine does not change the net.
    """
    home = f"{param_name_dict().get(layer_type)}_param"
    own = proto.LayerParameter.DESCRIPTOR.fields_by_name.get(home)
    if own is None or own.message_type is None:
        return ()
    found_enums = []
    for field in own.message_type.fields:
        if field.enum_type is None or field.name == "engine":
            continue
        # Whoever writes a field of a fork means that fork.
        if proto.forks_of(field):
            continue
        values = _values_of_forks(field.enum_type)
        if values:
            found_enums.append((home, field.name, values))
    return tuple(found_enums)


@cache
def _values_of_forks(enum: EnumDescriptor) -> Mapping[Any, tuple[str, str]]:
    """The values that only forks have, by number and by name: the name, and the forks."""
    values: dict[Any, tuple[str, str]] = {}
    for value in enum.values:
        forks = proto.forks_of(value)
        if forks:
            # Scripts write either the number or the name.
            named = (value.name, " and ".join(forks))
            values[value.number] = named
            values[value.name] = named
    return values


def _forget() -> None:
    is_unknown.cache_clear()
    _with_required.cache_clear()
    _fork_enums.cache_clear()


on_change(_forget)
