"""What a list of edits means for one message, and how it is applied to a message.

`Document.apply` makes the same lists of edits to a text. Both sort and check the edits by
`field_changes`, so that both accept and reject the same lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from protogen import proto
from protogen.diagnostics import plural
from protogen.edits import Edit, EditError, Path
from protogen.proto.fields import expected_value, is_repeated
from protogen.spelling import shown

__all__ = ["FieldChanges", "apply", "check_overlaps", "field_changes"]


def check_overlaps(edits: Iterable[Edit]) -> None:
    """Raise `EditError` if one edit changes what another one replaces or removes."""
    edits = list(edits)
    replaced: set[Path] = set()
    for edit in edits:
        # Any number of elements may be inserted at one place; they keep their order.
        if edit.action == "insert":
            continue
        if edit.path in replaced:
            raise EditError(edit.path, "is changed twice in the same list of edits")
        replaced.add(edit.path)
    for edit in edits:
        # Also a repeated field as a whole: its path is the beginning of those of its elements.
        for length in range(1, len(edit.path)):
            if edit.path[:length] in replaced:
                raise EditError(edit.path, "overlaps another edit in the same list")


def apply(message: Message, edits: Iterable[Edit]) -> None:
    """Make the edits to a message, in place. Time is linear in the message and the edits.

    Raises `EditError`, and leaves the message as it was, if one of them cannot be made.
    """
    edits = list(edits)
    check_overlaps(edits)
    # An edit may fail after others have changed the message, so all are made to a copy.
    copy = type(message)()
    copy.CopyFrom(message)
    _apply(copy, edits, 0)
    message.CopyFrom(copy)


def _apply(message: Message, edits: list[Edit], depth: int) -> None:
    """Make edits whose paths continue at ``depth`` with the fields of ``message``."""
    # protobuf's types name a second class, of one of its implementations.
    descriptor = cast("Descriptor", message.DESCRIPTOR)

    def count(name: str) -> int:
        if is_repeated(descriptor.fields_by_name[name]):
            return len(getattr(message, name))
        return int(message.HasField(name))

    for changes in field_changes(descriptor, count, edits, depth):
        if is_repeated(changes.field):
            _change_list(message, changes)
        else:
            _change_field(message, changes)


def _change_field(message: Message, changes: FieldChanges) -> None:
    name = changes.field.name
    for inner in changes.inner.values():
        _apply(getattr(message, name), inner, changes.inner_depth)
    if changes.deleted or changes.replaced:
        message.ClearField(name)
    for holder in changes.replaced.values():
        message.MergeFrom(holder)
    # A field that does not exist yet counts as an empty list, into which its value is inserted.
    for holders in changes.inserted.values():
        message.MergeFrom(holders[0])


def _change_list(message: Message, changes: FieldChanges) -> None:
    name = changes.field.name
    elements = list(getattr(message, name))
    for index, inner in changes.inner.items():
        _apply(elements[index], inner, changes.inner_depth)
    if changes.are_inside_only:
        return
    # One pass over the list. Deleting and inserting one by one would move all later elements each
    # time.
    changed = type(message)()
    getattr(changed, name).extend(_merged(elements, changes))
    message.ClearField(name)
    message.MergeFrom(changed)


def _merged(elements: list[Any], changes: FieldChanges) -> Iterator[Any]:
    """The elements after the changes, in order."""
    name = changes.field.name
    # One more than there are elements: the last place is that of what is appended.
    for index in range(len(elements) + 1):
        for holder in changes.inserted.get(index, ()):
            yield from getattr(holder, name)
        if index in changes.replaced:
            yield from getattr(changes.replaced[index], name)
        elif index < len(elements) and index not in changes.deleted:
            yield elements[index]


def _in_pool(value: Any, descriptor: Descriptor | None) -> Any:
    """The value, or its copy in the class of ``descriptor`` if it is the same in another schema."""
    given = getattr(value, "DESCRIPTOR", None)
    if given is None or descriptor is None:
        return value
    if given is descriptor or given.full_name != descriptor.full_name:
        return value
    # The same message type in two schemas has two classes, and protobuf accepts only its own.
    copy = proto.message_class(descriptor)()
    copy.MergeFromString(value.SerializePartialToString())
    return copy


# What a list of edits means for one message, as a message or as a piece of text ----------------


@dataclass(slots=True)
class FieldChanges:
    """What a list of edits does to one field of a message.

    Indices are those of the elements before the edits. A field that is not repeated counts as a
    list of at most one element. Each new value is in a *holder*, a message of the same type in
    which only this field is set. So protobuf checks the value, and all types of values are merged
    or printed in the same way.
    """

    field: FieldDescriptor
    replaced: dict[int, Message]
    deleted: set[int]
    #: Holders of the values to insert before an index, which may be the number of elements.
    inserted: dict[int, list[Message]]
    #: Edits inside an element; their paths continue at ``inner_depth`` with its fields.
    inner: dict[int, list[Edit]]
    inner_depth: int

    @property
    def are_inside_only(self) -> bool:
        """Whether the field keeps its elements, and only something inside them changes."""
        return not (self.replaced or self.deleted or self.inserted)


def field_changes(
    descriptor: Descriptor, count: Callable[[str], int], edits: Iterable[Edit], depth: int = 0
) -> list[FieldChanges]:
    """Sort the edits of one message by field, and check them.

    ``descriptor`` is the type of the message, and ``count`` returns the number of elements of a
    field. Paths continue at ``depth`` with the fields of the message. Raises `EditError` for an
    edit that cannot be made. Edits inside an element are left to the caller, unless the element
    does not exist yet: then it is one of the values to insert.
    """
    by_name: dict[str | int, list[Edit]] = {}
    for edit in edits:
        by_name.setdefault(edit.path[depth], []).append(edit)
    found = []
    for name, group in by_name.items():
        field = descriptor.fields_by_name.get(name) if isinstance(name, str) else None
        if field is None:
            raise EditError(group[0].path, f'{descriptor.name} has no field "{name}"')
        collector = _Collector(field, count(field.name), depth)
        for edit in group:
            collector.add(edit)
        found.append(collector.finish())
    return found


class _Collector:
    """Collects the edits of one field of one message."""

    def __init__(self, field: FieldDescriptor, count: int, depth: int) -> None:
        assert field.containing_type is not None
        self._message_class = proto.message_class(field.containing_type)
        self._field = field
        self._count = count
        self._repeated = is_repeated(field)
        # The length of the path of an element: its field and, if that is repeated, an index.
        self._end = depth + 1 + int(self._repeated)
        self._changes = FieldChanges(field, {}, set(), {}, {}, self._end)
        # The edits that create an element past the last one, by its index.
        self._new: dict[int, list[Edit]] = {}

    def add(self, edit: Edit) -> None:
        """Collect one edit."""
        length = len(edit.path)
        if length < self._end:  # the path of a repeated field without an index
            self._change_all(edit)
        elif length > self._end:
            self._change_inside(edit)
        elif edit.action == "insert":
            self._insert(edit)
        else:
            self._change_one(edit)

    def finish(self) -> FieldChanges:
        """The changes; elements to create are inserted past the last one."""
        for position, index in enumerate(sorted(self._new)):
            edits = self._new[index]
            first = edits[0]
            # New elements must follow the last one without a gap.
            if index > self._count + position:
                raise self._missing(first)
            if len(first.path) == self._end:
                holder = self._holder(first, first.value)
            else:
                holder = self._created(edits)
            self._changes.inserted.setdefault(self._count, []).append(holder)
        return self._changes

    def _index(self, edit: Edit) -> int:
        """The index of the element that an edit names; 0 for a field that is not repeated."""
        if not self._repeated:
            if len(edit.path) > self._end and isinstance(edit.path[self._end], int):
                raise EditError(edit.path, f'"{self._field.name}" is not a repeated field')
            return 0
        index = edit.path[self._end - 1]
        if not isinstance(index, int):
            raise EditError(
                edit.path, f'"{self._field.name}" is a repeated field and needs an index'
            )
        if index < 0:
            raise self._missing(edit)
        return index

    def _insert(self, edit: Edit) -> None:
        if not self._repeated:
            raise EditError(edit.path, f'"{self._field.name}" is not a repeated field')
        index = self._index(edit)
        if index > self._count:
            raise self._missing(edit)
        self._changes.inserted.setdefault(index, []).append(self._holder(edit, edit.value))

    def _change_one(self, edit: Edit) -> None:
        """Replace, create or remove one element."""
        index = self._index(edit)
        if edit.action == "delete":
            if index >= self._count:
                raise self._missing(edit)
            self._changes.deleted.add(index)
        elif index >= self._count:
            self._new.setdefault(index, []).append(edit)
        else:
            self._changes.replaced[index] = self._holder(edit, edit.value)

    def _change_inside(self, edit: Edit) -> None:
        """Keep an edit of a field of an element, for whoever changes that element."""
        index = self._index(edit)
        if self._field.message_type is None:
            raise EditError(edit.path, f'"{self._field.name}" is not a message')
        edits = self._new if index >= self._count else self._changes.inner
        edits.setdefault(index, []).append(edit)

    def _change_all(self, edit: Edit) -> None:
        """Replace or remove all elements: set those that exist, and delete or add the rest."""
        if edit.action == "insert":
            raise EditError(edit.path, "an insert needs the index of an element")
        if edit.action == "delete":
            if not self._count:
                raise self._missing(edit)
            self._changes.deleted.update(range(self._count))
            return
        values = edit.value
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise EditError(edit.path, f"expected a list, got {shown(values)}")
        holders = [self._holder(edit, value) for value in values]
        self._changes.replaced.update(enumerate(holders[: self._count]))
        self._changes.deleted.update(range(len(holders), self._count))
        if len(holders) > self._count:
            added = self._changes.inserted.setdefault(self._count, [])
            added += holders[self._count :]

    def _holder(self, edit: Edit, value: Any) -> Message:
        """A message with this value of the field and nothing else."""
        field = self._field
        unexpected = EditError(edit.path, f"expected {expected_value(field)}, got {shown(value)}")
        # protobuf would take None for a field that is not given.
        if value is None:
            raise unexpected
        value = _in_pool(value, field.message_type)
        field_value = [value] if self._repeated else value
        try:
            return self._message_class(**{field.name: field_value})
        except (TypeError, ValueError) as error:
            if field.message_type is None or not isinstance(value, dict):
                raise unexpected from None
            # A dict is of the right type: the error of protobuf names the field in it that is not.
            kind = field.message_type.name
            raise EditError(edit.path, f"not a valid {kind}: {error}") from None

    def _created(self, edits: list[Edit]) -> Message:
        """A holder of a new message with these edits made."""
        holder = self._message_class()
        created = getattr(holder, self._field.name)
        if self._repeated:
            created = created.add()
        _apply(created, edits, self._end)
        # Even if the edits set nothing, the message exists from now on.
        created.SetInParent()
        return holder

    def _missing(self, edit: Edit) -> EditError:
        if not self._repeated:
            return EditError(edit.path, "is not set")
        elements = plural(self._count, "element")
        return EditError(edit.path, f'does not exist: "{self._field.name}" has {elements}')
