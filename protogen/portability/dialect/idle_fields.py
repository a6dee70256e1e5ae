"""The fields of a net that a target does not know, and that change nothing it computes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.edits import Edit, Path, delete
from protogen.portability.dialect.claims import claimed
from protogen.proto.fields import is_repeated

__all__ = ["idle_fields", "is_idle", "value_hint"]

#: Messages and fields that only training reads, or that choose how something is computed.
_IDLE_MESSAGES = frozenset({"FillerParameter", "ParamSpec", "TransformationParameter"})
_IDLE_FIELDS = frozenset(
    {
        "blobs_lr",
        "debug_info",
        "decay_mult",
        "engine",
        "exclude",
        "force_backward",
        "include",
        "loss_param",
        "loss_weight",
        "lr_mult",
        "phase",
        "propagate_down",
        "state",
        "weight_decay",
    }
)


def idle_fields(message: Any, descriptor: Any, path: Path = ()) -> Iterator[Edit]:
    """Edits that delete what the target's descriptor lacks and a trained net does not need.

    The net is that of one phase already, so its rules are not needed either.
    """
    for field, value in message.ListFields():
        theirs = descriptor.fields_by_name.get(field.name)
        here = (*path, field.name)
        if _is_lacking(theirs, field, value):
            if is_idle(field):
                yield delete(here)
        elif field.message_type is None or theirs.message_type is None:
            continue
        elif is_repeated(field):
            for index, element in enumerate(value):
                yield from idle_fields(element, theirs.message_type, (*here, index))
        else:
            yield from idle_fields(value, theirs.message_type, here)


def _is_lacking(theirs: Any, field: Any, value: Any) -> bool:
    """Whether the target lacks a field, or the value of an enum that the field has."""
    if theirs is None:
        return True
    if field.enum_type is None or is_repeated(field):
        return False
    return not _has_value(theirs, field, value)


def is_idle(field: Any) -> bool:
    """Whether only training reads a field, or it only chooses an implementation."""
    if field.message_type is not None and field.message_type.name in _IDLE_MESSAGES:
        return True
    return field.name in _IDLE_FIELDS


def _has_value(theirs: Any, field: Any, number: int) -> bool:
    """Whether the target's enum has the value, by its name."""
    if theirs.enum_type is None:
        return False
    known = field.enum_type.values_by_number.get(number)
    return known is not None and known.name in theirs.enum_type.values_by_name


def value_hint(message: str) -> str:
    """What convert does about an error that names an unknown enum value, in quotes its field."""
    field = message.split('"')[1]
    return claimed(f"delete {field}") if field in _IDLE_FIELDS else ""
