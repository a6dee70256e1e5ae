"""The differences between two messages, as edits that make the first one equal to the second."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from protogen.edits import Edit, Path, delete, insert
from protogen.proto.fields import is_repeated

__all__ = ["differences", "equal_pairs", "longest_increasing"]

#: Indices of elements that are the same one in an old and a new list, in order.
_Pairs = list[tuple[int, int]]


def differences(old: Any, new: Any, path: Path = ()) -> list[Edit]:
    """Edits after which ``old`` equals ``new``. Both are messages of one type.

    ``path`` is where ``old`` is in the message to edit. Of long lists the edits are few, if not
    always the fewest, and found in near linear time.
    """
    return list(_message_edits(old, new, path))


def _message_edits(old: Any, new: Any, path: Path) -> Iterator[Edit]:
    """The edits of a message, field by field."""
    # By index, so that the edits are in the order of the schema.
    old_values = {field.index: value for field, value in old.ListFields()}
    new_values = {field.index: value for field, value in new.ListFields()}
    for index in sorted(old_values.keys() | new_values.keys()):
        field = new.DESCRIPTOR.fields[index]
        here = (*path, field.name)
        if index not in new_values:
            yield delete(here)
            continue
        value = new_values[index]
        if index in old_values:
            yield from _field_edits(field, old_values[index], value, here)
            continue
        # protobuf's list is a view, which changes with the message.
        if is_repeated(field):
            value = list(value)
        yield Edit(here, "set", value)


def _field_edits(field: Any, old: Any, new: Any, path: Path) -> Iterator[Edit]:
    if is_repeated(field):
        yield from _list_edits(field, list(old), list(new), path)
    else:
        yield from _value_edits(field, old, new, path)


def _value_edits(field: Any, old: Any, new: Any, path: Path) -> Iterator[Edit]:
    """The edits of one value."""
    if field.message_type is not None:
        yield from _message_edits(old, new, path)
        return
    # NaN equals nothing, not even itself.
    is_equal = old == new or (_is_nan(old) and _is_nan(new))
    if not is_equal:
        yield Edit(path, "set", new)


def _is_nan(value: Any) -> bool:
    return bool(value != value)


def _list_edits(field: Any, old: list[Any], new: list[Any], path: Path) -> Iterator[Edit]:
    """Edit the elements that both lists have; pair what is between them, and edit that too."""
    old_keys, new_keys = _contents(old), _contents(new)
    if old_keys == new_keys:
        return
    pairs = _with_equal_keys([], old_keys, new_keys)
    if _has_name(field):
        # A layer that was changed is recognized by its name, so that its comments stay with it.
        pairs = _with_equal_keys(pairs, _names(old), _names(new))
    ends = len(old), len(new)
    start, first = 0, 0
    for end, last in [*pairs, ends]:
        # Between two pairs, elements are paired in order, because an edit keeps their comments.
        paired = min(end - start, last - first)
        for index in range(start + paired, end):
            yield delete((*path, index))
        place = (*path, start + paired)
        for value in new[first + paired : last]:
            yield insert(place, value)
        changed = [(start + step, first + step) for step in range(paired)]
        # A pair by name has equal names only. The last pair is that of the ends of the lists.
        if end < len(old):
            changed.append((end, last))
        for index, other in changed:
            if old_keys[index] == new_keys[other]:
                continue
            here = (*path, index)
            yield from _value_edits(field, old[index], new[other], here)
        start, first = end + 1, last + 1


def _has_name(field: Any) -> bool:
    """Whether the elements of a field are messages with names."""
    message = field.message_type
    return message is not None and "name" in message.fields_by_name


def _contents(values: list[Any]) -> list[Any]:
    """The elements as something to compare and look up by."""
    is_of_messages = bool(values) and hasattr(values[0], "SerializePartialToString")
    if not is_of_messages:
        return values
    # A message has no hash. Its bytes have one, and are compared at once.
    return [value.SerializePartialToString(deterministic=True) for value in values]


def _names(layers: list[Any]) -> list[str]:
    return [layer.name for layer in layers]


def equal_pairs(old: list[Any], new: list[Any]) -> list[tuple[int, int]]:
    """Indices of equal elements in the same order; in near linear time, and so not all of them."""
    return _with_equal_keys([], old, new)


def _with_equal_keys(pairs: _Pairs, old: list[Any], new: list[Any]) -> _Pairs:
    """The pairs, and more of elements with equal keys in the gaps between them.

    As in a patience diff these are elements at the ends of a gap, and those with keys that are
    unique in it. `difflib.SequenceMatcher` finds more pairs, but its time is quadratic: 10,000
    layers take 10 s if every second one is changed, and this takes 0.02 s.
    """
    for find in (_pairs_at_ends, _unique_pairs, _pairs_at_ends):
        pairs = _fill_gaps(pairs, old, new, find)
    return pairs


def _fill_gaps(
    pairs: _Pairs,
    old: list[Any],
    new: list[Any],
    find: Callable[[list[Any], list[Any]], _Pairs],
) -> _Pairs:
    """The pairs, and those that ``find`` finds in the gaps between them."""
    found: _Pairs = []
    start, first = 0, 0
    for end, last in [*pairs, (len(old), len(new))]:
        if start < end and first < last:
            inside = find(old[start:end], new[first:last])
            found += [(start + index, first + other) for index, other in inside]
        found.append((end, last))
        start, first = end + 1, last + 1
    found.pop()  # the ends of the lists
    return found


def _pairs_at_ends(old: list[Any], new: list[Any]) -> _Pairs:
    shorter = min(len(old), len(new))
    head = _common_length(old, new, shorter)
    # What the heads have is no part of the tails: in [a, a] and [a], a is one element.
    tail = _common_length(old[::-1], new[::-1], shorter - head)
    pairs = [(index, index) for index in range(head)]
    for step in range(tail, 0, -1):
        pairs.append((len(old) - step, len(new) - step))
    return pairs


def _common_length(old: list[Any], new: list[Any], most: int) -> int:
    """How many elements at the start of two lists are equal, up to ``most``."""
    length = 0
    while length < most and old[length] == new[length]:
        length += 1
    return length


def _unique_pairs(old: list[Any], new: list[Any]) -> _Pairs:
    """Elements that are unique in both lists: the longest run that is in the same order in both."""
    old_counts, new_counts = Counter(old), Counter(new)
    # For a repeated key, only the last place is kept, but it is never looked up.
    places = {key: other for other, key in enumerate(new)}
    candidates = []
    for index, key in enumerate(old):
        if old_counts[key] == new_counts[key] == 1:
            candidates.append((index, places[key]))
    return longest_increasing(candidates)


def longest_increasing(candidates: _Pairs) -> _Pairs:
    """The longest part of pairs, which are in the order of the old list, in that of the new one."""
    ends: list[int] = []  # for each length of a run, the least new index that such a run ends with
    last_of: list[int] = []  # and the candidate that it ends with
    before: list[int] = []  # for each candidate, the one before it in its run
    for number, (_, other) in enumerate(candidates):
        length = bisect_left(ends, other)
        before.append(last_of[length - 1] if length else -1)
        ends[length : length + 1] = [other]
        last_of[length : length + 1] = [number]
    run: _Pairs = []
    number = last_of[-1] if last_of else -1
    while number >= 0:
        run.append(candidates[number])
        number = before[number]
    return run[::-1]
