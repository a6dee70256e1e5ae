"""Boxes folded into groups: by the scopes of their names, by blocks, and by what repeats.

A group is a run of boxes in the order of the net. So a line between two groups never goes back,
and a picture of folded groups has no cycles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from protogen.pictures.boxes import Box, Edge, Picture

__all__ = ["Group", "Item", "open_groups", "root_group"]

#: From this number of boxes on, blocks are looked for.
_BLOCKS_FROM = 24

#: The fewest and the most boxes of a block.
_SMALLEST_BLOCK, _LARGEST_BLOCK = 3, 40

#: From this number of items on, what repeats is folded; and the longest thing to repeat.
_REPEATS_FROM, _LONGEST_PERIOD, _FEWEST_REPEATS = 50, 8, 3

#: The most items in one group.
_MOST_ITEMS = 120

#: Names may have any number of slashes.
_DEEPEST = 8

#: How many boxes a picture shows at first.
_MOST_VISIBLE = 160


@dataclass(eq=False)
class Group:
    """Boxes and groups that can be folded; ``times`` is how often something repeats in it, or 1."""

    title: str
    items: list[Item]
    times: int = 1

    @property
    def boxes(self) -> list[Box]:
        """All boxes in it."""
        found: list[Box] = []
        for item in self.items:
            found += _boxes(item)
        return found

    @property
    def kind(self) -> Hashable:
        """Equal for groups that show the same."""
        return tuple([item.kind for item in self.items])

    @property
    def groups(self) -> Iterator[Group]:
        """The groups in it, and those in them, from the outside in."""
        for item in self.items:
            if isinstance(item, Group):
                yield item
                yield from item.groups


Item = Box | Group


def _boxes(item: Item) -> list[Box]:
    if isinstance(item, Box):
        return [item]
    return item.boxes


def root_group(picture: Picture) -> Group:
    """All boxes of a picture, folded."""
    items = _scopes(picture.boxes, 0)
    if len(items) > _BLOCKS_FROM:
        items = _blocks(items, picture.edges)
    return Group("", _shortened(items))


def open_groups(root: Group) -> set[Group]:
    """The groups that are open at first: level by level, as long as the picture stays readable.

    What repeats is shown folded, unless there is space for everything.
    """
    if len(root.boxes) <= _MOST_VISIBLE:
        return set(root.groups)
    opened: set[Group] = set()
    visible, level = len(root.items), _foldable(root.items)
    while level:
        visible += sum(len(group.items) for group in level)
        if visible > _MOST_VISIBLE:
            break
        opened.update(level)
        deeper: list[Group] = []
        for group in level:
            deeper += _foldable(group.items)
        level = deeper
    return opened


def _foldable(items: Sequence[Item]) -> list[Group]:
    """The groups that say more when they are open: in one of equal parts all look alike."""
    return [item for item in items if isinstance(item, Group) and item.times == 1]


# Scopes ----------------------------------------------------------------------------------------


def _scopes(boxes: Sequence[Box], depth: int) -> list[Item]:
    """Neighbors whose names begin alike, up to a slash."""
    items: list[Item] = []
    for scope, run in _runs(boxes, lambda box: _scope(box, depth)):
        if scope and len(run) > 1 and depth < _DEEPEST:
            items.append(Group(scope, _scopes(run, depth + 1)))
        else:
            items += run
    # A scope around everything says nothing.
    if len(items) == 1 and isinstance(items[0], Group):
        return items[0].items
    return items


def _scope(box: Box, depth: int) -> str:
    """The first parts of a name, if more follow: ``inception_3a`` of ``inception_3a/1x1``."""
    parts = box.name.split("/", depth + 2)
    if len(parts) <= depth + 1:
        return ""
    return "/".join(parts[: depth + 1])


def _runs(boxes: Sequence[Box], key: Callable[[Box], str]) -> Iterator[tuple[str, list[Box]]]:
    """The boxes in a row that have the same key, with the key."""
    run: list[Box] = []
    for box in boxes:
        if run and key(run[0]) != key(box):
            yield key(run[0]), run
            run = []
        run.append(box)
    if run:
        yield key(run[0]), run


# Blocks ----------------------------------------------------------------------------------------


def _blocks(items: Sequence[Item], edges: Sequence[Edge]) -> list[Item]:
    """Items between two places where a single value is all that goes on: a residual block."""
    found: list[Item] = []
    start = 0
    for stop in _cuts(items, edges):
        block = items[start:stop]
        # A block of more than half of the net would hide it.
        largest = min(_LARGEST_BLOCK, len(items) // 2)
        if _SMALLEST_BLOCK <= len(block) <= largest:
            found.append(Group(_common_name(block), list(block)))
        else:
            found += block
        start = stop
    return found


def _cuts(items: Sequence[Item], edges: Sequence[Edge]) -> Iterator[int]:
    """The places after which the net goes on from one value.

    Labels, and images that are read far away, do not count.
    """
    place = _places(items)
    #: How many values begin, and end, at each item.
    begun = [0] * len(items)
    ended = [0] * len(items)
    for edge in edges:
        first = place[edge.source]
        last = max([first, *(place[reader] for reader in edge.readers)])
        is_far = edge.source.is_source and last - first > _LARGEST_BLOCK
        if last > first and not is_far:
            begun[first] += 1
            ended[last] += 1
    living = 0
    for index in range(len(items)):
        living += begun[index] - ended[index]
        if living <= 1:
            yield index + 1
    yield len(items)


def _places(items: Sequence[Item]) -> dict[Box, int]:
    place = {}
    for index, item in enumerate(items):
        for box in _boxes(item):
            place[box] = index
    return place


def _title(item: Item) -> str:
    if isinstance(item, Box):
        return item.name
    return item.title


def _range_title(items: Sequence[Item]) -> str:
    return f"{_title(items[0])} … {_title(items[-1])}"


def _common_name(items: Sequence[Item]) -> str:
    """What the names begin with, or the first and the last name."""
    names = [_title(item) for item in items]
    common = _common_prefix(names).rstrip("_-/. ")
    # One letter is no name: conv1, concat and crop begin alike, too.
    if len(common) > 1:
        return common
    return _range_title(items)


def _common_prefix(names: Sequence[str]) -> str:
    # Between the first and the last in order, no name has another beginning.
    first, last = min(names), max(names)
    for index, (one, other) in enumerate(zip(first, last)):
        if one != other:
            return first[:index]
    return first[: len(last)]


# Repeats ---------------------------------------------------------------------------------------


def _shortened(items: list[Item]) -> list[Item]:
    """The items, with what repeats in a group and no group too long."""
    for item in items:
        if isinstance(item, Group):
            item.items = _shortened(item.items)
    if len(items) > _REPEATS_FROM:
        items = _folded_repeats(items)
    if len(items) > _MOST_ITEMS:
        items = _chunks(items)
    return items


def _folded_repeats(items: Sequence[Item]) -> list[Item]:
    """The items, with a group for each three or more equal parts in a row."""
    numbers: dict[Hashable, int] = {}
    # Numbers compare faster than the parameters of layers, and each is compared many times.
    kinds = [numbers.setdefault(item.kind, len(numbers)) for item in items]
    equal = {period: _equal_runs(kinds, period) for period in range(1, _LONGEST_PERIOD + 1)}
    found: list[Item] = []
    index = 0
    while index < len(items):
        period, times = _best_repeat(equal, index)
        if times < _FEWEST_REPEATS:
            found.append(items[index])
            index += 1
            continue
        run = list(items[index : index + period * times])
        index += len(run)
        title = _range_title(run)
        if len(run) > _MOST_ITEMS:
            run = _chunks(run)
        found.append(Group(title, run, times))
    # A single group around all items shows nothing new.
    if len(found) == 1:
        return list(items)
    return found


def _equal_runs(kinds: Sequence[int], period: int) -> list[int]:
    """For each place, how many items in a row are equal to the one a period later."""
    runs = [0] * (len(kinds) + 1)
    # Backwards, so that each run is one longer than that of the next item.
    for index in range(len(kinds) - period - 1, -1, -1):
        if kinds[index] == kinds[index + period]:
            runs[index] = runs[index + 1] + 1
    return runs


def _best_repeat(equal: dict[int, list[int]], index: int) -> tuple[int, int]:
    """The period that explains the most items from here on, and how often it repeats."""
    best = (1, 1)
    for period, runs in equal.items():
        times = runs[index] // period + 1
        if times >= _FEWEST_REPEATS and period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _chunks(items: Sequence[Item]) -> list[Item]:
    """The items in groups of equal length; so many that neither is long."""
    size = max(2, math.isqrt(len(items)))
    found: list[Item] = []
    for start in range(0, len(items), size):
        chunk = list(items[start : start + size])
        if len(chunk) == 1:
            found += chunk
        else:
            found.append(Group(_range_title(chunk), chunk))
    return found
