"""Have a text follow its message: change what differs, and leave the rest of the text alone."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from protogen.text.document import Document
from protogen.text.tree import Path

__all__ = ["follow"]


class _Change(NamedTuple):
    """``set`` a field, ``insert`` an element before the one of this path, or ``delete`` one."""

    verb: str
    path: Path
    value: Any = None


def follow(document: Document, message: Any) -> None:
    """Edit the document until it says what the message does; comments and layout stay.

    Fields of the text that the message's type does not know stay as well.
    """
    changes = list(_message_changes(document.message, message, ()))
    values = {change.path: change.value for change in changes if change.verb == "set"}
    if values:
        document.update(values)
    # From the end on, so that what is yet to change still has the index it had.
    for verb, path, value in reversed(changes):
        if verb == "insert":
            document.insert(path, value)
        elif verb == "delete":
            document.delete(path)


def _message_changes(old: Any, new: Any, path: Path) -> Iterator[_Change]:
    before = {field.name: (field, value) for field, value in old.ListFields()}
    after = {field.name: (field, value) for field, value in new.ListFields()}
    for field in new.DESCRIPTOR.fields:
        here = (*path, field.name)
        if field.name in before and field.name in after:
            yield from _value_changes(field, before[field.name][1], after[field.name][1], here)
        elif field.name in before:
            yield from _gone(before[field.name][1], here)
        elif field.name in after:
            yield from _come(after[field.name][1], here)


def _value_changes(field: Any, old: Any, new: Any, path: Path) -> Iterator[_Change]:
    if _is_list(old):
        yield from _list_changes(field, old, new, path)
    elif field.message_type is not None:
        yield from _message_changes(old, new, path)
    elif old != new and not (old != old and new != new):  # one NaN is as good as another
        yield _Change("set", path, new)


def _list_changes(field: Any, old: Any, new: Any, path: Path) -> Iterator[_Change]:
    """Pair the elements that are the same; of the rest, change as many as there are of both."""
    matcher = SequenceMatcher(a=_keys(old), b=_keys(new), autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        paired = min(end - start, last - first)
        for step in range(paired):
            here = (*path, start + step)
            yield from _value_changes(field, old[start + step], new[first + step], here)
        for index in range(start + paired, end):
            yield _Change("delete", (*path, index))
        for value in new[first + paired : last]:
            yield _Change("insert", (*path, start + paired), value)


def _gone(value: Any, path: Path) -> Iterator[_Change]:
    if not _is_list(value):
        yield _Change("delete", path)
        return
    for index in range(len(value)):
        yield _Change("delete", (*path, index))


def _come(value: Any, path: Path) -> Iterator[_Change]:
    if not _is_list(value):
        yield _Change("set", path, value)
        return
    for each in value:
        yield _Change("insert", (*path, 0), each)


def _is_list(value: Any) -> bool:
    return hasattr(value, "append")


def _keys(values: Any) -> list[Any]:
    """The elements as something to compare and look up by."""
    if values and hasattr(values[0], "SerializePartialToString"):
        return [value.SerializePartialToString(deterministic=True) for value in values]
    return list(values)
