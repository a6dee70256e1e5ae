"""Changes of a net: one kind of `Edit`, applied to a message here and to its text by `Document`.

All paths in a list of edits name fields as they are before any of the edits is made, as in the
editing protocol of language servers. So edits need no order, and deleting layer 3 does not move
the layer 5 that another edit of the same list is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "Edit",
    "EditError",
    "Fix",
    "Path",
    "apply",
    "check_overlaps",
    "delete",
    "format_path",
    "insert",
    "parse_path",
]

#: The way to a field, as in ``("layer", 3, "pooling_param", "pad")``.
Path = tuple[str | int, ...]


class EditError(ValueError):
    """An edit that cannot be made; ``path`` is the field it is about."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{format_path(path)}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to the field at ``path``.

    *set* gives the field ``value``: whatever protobuf's constructor takes for it, so that a message
    may be a dict and an enum value its name. A repeated field named without an index is replaced
    as a whole. *insert* adds an element before the one at ``path``; an index equal to their number
    appends, and several inserts at one index keep their order. *delete* removes a field, all of it
    where it is repeated, or one element.
    """

    path: Path
    action: Literal["set", "insert", "delete"] = "set"
    value: Any = field(default=None, hash=False)  # a message has no hash


@dataclass(frozen=True, slots=True)
class Fix:
    """What fixes a finding. A *safe* one changes nothing that Caffe computes on purpose."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


def insert(path: Path, value: Any) -> Edit:
    """An edit that inserts an element before the one at ``path``."""
    return Edit(path, "insert", value)


def delete(path: Path) -> Edit:
    """An edit that removes a field or an element."""
    return Edit(path, "delete")


def format_path(path: Path) -> str:
    """``layer[3].pooling_param.pad``."""
    words = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(words).lstrip(".")


def parse_path(text: str) -> Path:
    """``param[1].lr_mult`` as the path ``("param", 1, "lr_mult")``."""
    path: list[str | int] = []
    for word in filter(None, text.split(".")):
        name, *indices = word.replace("]", "").split("[")
        path += [name, *map(int, indices)]
    return tuple(path)


def check_overlaps(edits: Iterable[Edit]) -> None:
    """Raise `EditError` if one edit changes what another one replaces or removes."""
    edits = list(edits)
    replaced = {edit.path for edit in edits if edit.action != "insert"}
    seen: set[Path] = set()
    for edit in edits:
        # An element is a part of the whole field, too.
        if any(edit.path[:length] in replaced for length in range(1, len(edit.path))):
            raise EditError(edit.path, "overlaps another edit of the same list")
        if edit.action != "insert" and edit.path in seen:
            raise EditError(edit.path, "is changed twice by the same list of edits")
        if edit.action != "insert":
            seen.add(edit.path)


def apply(message: Any, edits: Iterable[Edit]) -> None:
    """Make the edits to a message, in place. Time is linear in the lists that change.

    Raises `EditError`, and leaves the message as it was, if one of them cannot be made.
    """
    edits = list(edits)
    check_overlaps(edits)
    copy = type(message)()
    copy.CopyFrom(message)
    lists: dict[Path, list[Edit]] = {}
    for edit in edits:
        if isinstance(edit.path[-1], int):
            lists.setdefault(edit.path[:-1], []).append(edit)
        else:
            _change_field(copy, edit)
    # The innermost lists first: to rebuild a list copies its elements, with what changed in them.
    for path in sorted(lists, key=len, reverse=True):
        _change_list(copy, path, lists[path])
    message.CopyFrom(copy)


def _change_field(message: Any, edit: Edit) -> None:
    *around, name = edit.path
    holder = _reach(message, tuple(around), edit.path)
    _check_field(holder, str(name), edit.path)
    if edit.action == "insert":
        raise EditError(edit.path, "to insert takes an index")
    filled = _filled(holder, str(name), edit.value, edit.path) if edit.action == "set" else None
    holder.ClearField(name)
    if filled is not None:
        holder.MergeFrom(filled)


def _change_list(message: Any, path: Path, edits: list[Edit]) -> None:
    holder = _reach(message, path[:-1], path)
    name = str(path[-1])
    _check_field(holder, name, path)
    present = getattr(holder, name)
    if not hasattr(present, "append"):
        raise EditError(edits[0].path, "is not an element of a repeated field")
    elements = list(present)
    added: dict[int, list[Any]] = {}
    changed: dict[int, list[Any]] = {}
    for edit in edits:
        index = edit.path[-1]
        assert isinstance(index, int)
        last = len(elements) if edit.action == "insert" else len(elements) - 1
        if not 0 <= index <= last:
            raise EditError(edit.path, f"does not exist: there are {len(elements)}")
        values = []
        if edit.action != "delete":
            values = list(getattr(_filled(holder, name, [edit.value], edit.path), name))
        if edit.action == "insert":
            added.setdefault(index, []).extend(values)
        else:
            changed[index] = values
    fresh = type(holder)()
    getattr(fresh, name).extend(_merged(elements, added, changed))
    holder.ClearField(name)
    holder.MergeFrom(fresh)


def _merged(
    elements: list[Any], added: dict[int, list[Any]], changed: dict[int, list[Any]]
) -> Iterator[Any]:
    for index, element in enumerate(elements):
        yield from added.get(index, ())
        yield from changed.get(index, [element])
    yield from added.get(len(elements), ())


def _reach(message: Any, path: Path, whole: Path) -> Any:
    """The message at ``path``; one that is not there yet comes into being when it is changed."""
    place = message
    for step in path:
        if isinstance(step, str):
            _check_field(place, step, whole)
            place = getattr(place, step)
        elif not 0 <= step < len(place):
            raise EditError(whole, f"does not exist: there are {len(place)}")
        else:
            place = place[step]
    return place


def _check_field(holder: Any, name: str, path: Path) -> None:
    descriptor = getattr(holder, "DESCRIPTOR", None)
    if descriptor is None or name not in descriptor.fields_by_name:
        kind = descriptor.name if descriptor is not None else type(holder).__name__
        raise EditError(path, f'{kind} has no field "{name}"')


def _filled(holder: Any, name: str, value: Any, path: Path) -> Any:
    """A message like ``holder`` with this field alone."""
    try:
        return type(holder)(**{name: value})
    except (TypeError, ValueError) as error:
        raise EditError(path, f"does not take {value!r}: {error}") from None
