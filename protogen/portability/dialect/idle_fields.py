"""The fields of a net that a target does not know, and that change nothing it computes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.edits import Edit, Path, delete
from protogen.portability.dialect.claims import claimed
from protogen.proto.fields import is_repeated

__all__ = ["idle_fields", "is_idle", "value_hint"]

#: Messages and fields that only training reads, or that choose how something is computed.
#: Importers that only run nets were written for files without them, and often lack just these.
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
        if theirs is None or not _has_value(theirs, field, value):
            # A field that is not idle stays, so that the target's rejection of it is reported.
            if is_idle(field):
                yield delete(here)
            continue
        # A field may be a message in one schema and a scalar in the other.
        inner = theirs.message_type
        if field.message_type is None or inner is None:
            continue
        if not is_repeated(field):
            yield from idle_fields(value, inner, here)
            continue
        for index, element in enumerate(value):
            yield from idle_fields(element, inner, (*here, index))


def is_idle(field: Any) -> bool:
    """Whether only training reads a field, or it only chooses an implementation."""
    message = field.message_type
    if message is not None and message.name in _IDLE_MESSAGES:
        return True
    return field.name in _IDLE_FIELDS


def _has_value(theirs: Any, field: Any, value: Any) -> bool:
    """Whether the target knows the value of a field, which it may lack if it is one of an enum."""
    if field.enum_type is None or is_repeated(field):
        return True
    if theirs.enum_type is None:
        return False
    # By name: targets give new values numbers that other forks use for theirs.
    known = field.enum_type.values_by_number.get(value)
    return known is not None and known.name in theirs.enum_type.values_by_name


def value_hint(message: str) -> str:
    """What convert does about an error that names an unknown enum value, in quotes its field."""
    field = message.split('"')[1]
    if field not in _IDLE_FIELDS:
        return ""
    return claimed(f"delete {field}")
