"""What a list of edits means for one message, and how it is applied to a message.

`Document.apply` makes the same lists of edits to a text; both sort and check them by
`field_changes`, so that both accept and reject the same lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from protogen import proto
from protogen.diagnostics import plural
from protogen.edits import Edit, EditError, Path
from protogen.proto.fields import expected_value, is_repeated

__all__ = ["FieldChanges", "apply", "check_overlaps", "field_changes"]


def check_overlaps(edits: Iterable[Edit]) -> None:
    """Raise `EditError` if one edit changes what another one replaces or removes."""
    edits = list(edits)
    replaced: set[Path] = set()
    for edit in edits:
        if edit.action == "insert":
            continue
        if edit.path in replaced:
            raise EditError(edit.path, "is changed twice by the same list of edits")
        replaced.add(edit.path)
    for edit in edits:
        # The whole of a repeated field is a prefix of the path of each element, too.
        if any(edit.path[:length] in replaced for length in range(1, len(edit.path))):
            raise EditError(edit.path, "overlaps another edit of the same list")


def apply(message: Any, edits: Iterable[Edit]) -> None:
    """Make the edits to a message, in place. Time is linear in the message and the edits.

    Raises `EditError`, and leaves the message as it was, if one of them cannot be made.
    """
    edits = list(edits)
    check_overlaps(edits)
    copy = type(message)()
    copy.CopyFrom(message)
    _apply(copy, edits, 0)
    message.CopyFrom(copy)


def _apply(message: Any, edits: list[Edit], depth: int) -> None:
    """Make edits whose paths continue at ``depth`` with the fields of ``message``."""
    for changes in field_changes(
        message.DESCRIPTOR, lambda name: _count(message, name), edits, depth
    ):
        if is_repeated(changes.field):
            _change_list(message, changes)
        else:
            _change_field(message, changes)


def _count(message: Any, name: str) -> int:
    field = message.DESCRIPTOR.fields_by_name[name]
    return len(getattr(message, name)) if is_repeated(field) else int(message.HasField(name))


def _change_field(message: Any, changes: FieldChanges) -> None:
    name = changes.field.name
    for inner in changes.inner.values():
        _apply(getattr(message, name), inner, changes.inner_depth)
    if changes.deleted or changes.replaced:
        message.ClearField(name)
    for holder in changes.replaced.values():
        message.MergeFrom(holder)
    for holders in changes.inserted.values():
        message.MergeFrom(holders[0])


def _change_list(message: Any, changes: FieldChanges) -> None:
    name = changes.field.name
    elements = list(getattr(message, name))
    for index, inner in changes.inner.items():
        _apply(elements[index], inner, changes.inner_depth)
    if not (changes.replaced or changes.deleted or changes.inserted):
        return
    changed = type(message)()
    getattr(changed, name).extend(_merged(elements, changes))
    message.ClearField(name)
    message.MergeFrom(changed)


def _merged(elements: list[Any], changes: FieldChanges) -> Iterator[Any]:
    name = changes.field.name
    for index in range(len(elements) + 1):
        for holder in changes.inserted.get(index, ()):
            yield from getattr(holder, name)
        if index in changes.replaced:
            yield from getattr(changes.replaced[index], name)
        elif index < len(elements) and index not in changes.deleted:
            yield elements[index]


# -- what a list of edits means for one message, be it a message or a piece of text


@dataclass(slots=True)
class FieldChanges:
    """What a list of edits does to one field of a message.

    The elements are those before the edits; a field that is not repeated counts as a list of at
    most one. Each new value comes as a message of the same type that holds this one value only.
    """

    field: Any
    replaced: dict[int, Any]
    deleted: set[int]
    #: Values to insert before the element of an index, which may be the number of elements.
    inserted: dict[int, list[Any]]
    #: Edits inside an element; their paths continue at ``inner_depth`` with its fields.
    inner: dict[int, list[Edit]]
    inner_depth: int


def field_changes(
    descriptor: Any, count: Callable[[str], int], edits: Iterable[Edit], depth: int = 0
) -> list[FieldChanges]:
    """Sort the edits of one message by field, and check them.

    ``descriptor`` is the type of the message, and ``count`` gives the number of elements that a
    field has. Paths continue at ``depth`` with the fields of the message. Raises `EditError` for
    an edit that cannot be made. Edits inside elements are not looked at, unless the element does
    not exist yet: then it is one of the values to insert.
    """
    by_name: dict[str | int, list[Edit]] = {}
    for edit in edits:
        by_name.setdefault(edit.path[depth], []).append(edit)
    found = []
    for name, group in by_name.items():
        field = descriptor.fields_by_name.get(name)
        if field is None:
            raise EditError(group[0].path, f'{descriptor.name} has no field "{name}"')
        collector = _Collector(field, count(field.name), depth)
        for edit in group:
            collector.add(edit)
        found.append(collector.finish())
    return found


class _Collector:
    """Collects the edits of one field of one message."""

    def __init__(self, field: Any, count: int, depth: int) -> None:
        self._field = field
        self._count = count
        self._repeated = is_repeated(field)
        self._end = depth + (2 if self._repeated else 1)  # where the path of an element ends
        self._changes = FieldChanges(field, {}, set(), {}, {}, self._end)
        # The edits that create an element past the last one, by its index.
        self._new: dict[int, list[Edit]] = {}

    def add(self, edit: Edit) -> None:
        """Take one edit in."""
        if edit.action == "insert" and len(edit.path) == self._end:
            self._insert(edit)
            return
        if self._repeated and len(edit.path) < self._end:
            self._change_all(edit)
            return
        index = self._index(edit)
        inside = len(edit.path) > self._end
        if inside and self._field.message_type is None:
            raise EditError(edit.path, f'"{self._field.name}" is not a message')
        if index >= self._count:
            if edit.action == "delete" and not inside:
                raise self._missing(edit)
            self._new.setdefault(index, []).append(edit)
        elif inside:
            self._changes.inner.setdefault(index, []).append(edit)
        elif edit.action == "delete":
            self._changes.deleted.add(index)
        else:
            self._changes.replaced[index] = self._holder(edit, edit.value)

    def finish(self) -> FieldChanges:
        """The changes; elements to create are inserted past the last one."""
        for position, index in enumerate(sorted(self._new)):
            edits = self._new[index]
            if index > self._count + position:
                raise self._missing(edits[0])
            if len(edits[0].path) == self._end:
                holder = self._holder(edits[0], edits[0].value)
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

    def _change_all(self, edit: Edit) -> None:
        """Replace or remove all elements: set as many as there are, and delete or add the rest."""
        if edit.action == "insert":
            raise EditError(edit.path, "an insert needs the index of an element")
        if edit.action == "delete":
            if not self._count:
                raise self._missing(edit)
            self._changes.deleted.update(range(self._count))
            return
        values = edit.value
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise EditError(edit.path, f"expected a list, got {values!r}")
        holders = [self._holder(edit, value) for value in values]
        self._changes.replaced.update(enumerate(holders[: self._count]))
        self._changes.deleted.update(range(len(holders), self._count))
        if len(holders) > self._count:
            added = self._changes.inserted.setdefault(self._count, [])
            added += holders[self._count :]

    def _holder(self, edit: Edit, value: Any) -> Any:
        """A message with this value of the field and nothing else."""
        field = self._field
        unexpected = EditError(edit.path, f"expected {expected_value(field)}, got {value!r}")
        if value is None:  # protobuf would leave the field out
            raise unexpected
        try:
            fields = {field.name: [value] if self._repeated else value}
            return proto.message_class(field.containing_type)(**fields)
        except (TypeError, ValueError) as error:
            if field.message_type is not None and isinstance(value, dict):
                kind = field.message_type.name
                raise EditError(edit.path, f"not a valid {kind}: {error}") from None
            raise unexpected from None

    def _created(self, edits: list[Edit]) -> Any:
        """A message whose field is a new message with these edits made."""
        holder = proto.message_class(self._field.containing_type)()
        created = getattr(holder, self._field.name)
        if self._repeated:
            created = created.add()
        _apply(created, edits, self._end)
        created.SetInParent()
        return holder

    def _missing(self, edit: Edit) -> EditError:
        if not self._repeated:
            return EditError(edit.path, "is not set")
        elements = plural(self._count, "element")
        return EditError(edit.path, f'does not exist: "{self._field.name}" has {elements}')
