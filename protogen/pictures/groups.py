"""Boxes folded into groups: by the scopes of their names, by blocks, and by what repeats.

A group is a run of boxes in the order of the net. So a line between two groups never goes back,
and a picture of folded groups has no cycles.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
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
    visible = len(root.items)
    level = _foldable(root.items)
    while level:
        contained: list[Item] = []
        for group in level:
            contained += group.items
        # A level opens as a whole or not at all, so that equal parts look alike.
        visible += len(contained)
        if visible > _MOST_VISIBLE:
            break
        opened.update(level)
        level = _foldable(contained)
    return opened


def _foldable(items: Sequence[Item]) -> list[Group]:
    """The groups that say more when they are open: in one of equal parts all look alike."""
    found: list[Group] = []
    for item in items:
        if isinstance(item, Group) and item.times == 1:
            found.append(item)
    return found


# Scopes ----------------------------------------------------------------------------------------


def _scopes(boxes: Sequence[Box], depth: int) -> list[Item]:
    """Neighbors whose names begin alike, up to a slash."""
    items: list[Item] = []
    for scope, run in _runs(boxes, depth):
        is_alone = len(run) == 1
        # A group of one box would only be another frame around it.
        if is_alone or not scope or depth >= _DEEPEST:
            items += run
            continue
        inner = _scopes(run, depth + 1)
        items.append(Group(scope, inner))
    if len(items) > 1:
        return items
    # A scope around everything says nothing.
    outermost = items[0] if items else None
    if isinstance(outermost, Group):
        return outermost.items
    return items


def _scope(box: Box, depth: int) -> str:
    """The first parts of a name, if more follow: ``inception_3a`` of ``inception_3a/1x1``."""
    parts = box.name.split("/", depth + 2)
    if len(parts) <= depth + 1:
        return ""
    return "/".join(parts[: depth + 1])


def _runs(boxes: Sequence[Box], depth: int) -> Iterator[tuple[str, list[Box]]]:
    """The boxes in a row that are in the same scope, with the scope."""
    run: list[Box] = []
    current = ""
    for box in boxes:
        scope = _scope(box, depth)
        if run and scope != current:
            yield current, run
            run = []
        run.append(box)
        current = scope
    if run:
        yield current, run


# Blocks ----------------------------------------------------------------------------------------


def _blocks(items: Sequence[Item], edges: Sequence[Edge]) -> list[Item]:
    """Items between two places where a single value is all that goes on: a residual block."""
    found: list[Item] = []
    # A block of more than half of the net would hide it.
    largest = min(_LARGEST_BLOCK, len(items) // 2)
    start = 0
    for stop in _cuts(items, edges):
        block = items[start:stop]
        if _SMALLEST_BLOCK <= len(block) <= largest:
            name = _common_name(block)
            found.append(Group(name, list(block)))
        else:
            found += block
        start = stop
    return found


def _cuts(items: Sequence[Item], edges: Sequence[Edge]) -> Iterator[int]:
    """The places after which the net goes on from one value.

    Labels, and images that are read far away, do not count.
    """
    place = _places(items)
    # By how much the number of living values changes at each item.
    change = [0] * len(items)
    for edge in edges:
        first = place[edge.source]
        last = max([first, *(place[reader] for reader in edge.readers)])
        span = last - first
        # A value that stays within an item changes nothing: it begins and ends there.
        if edge.source.is_source and span > _LARGEST_BLOCK:
            continue
        change[first] += 1
        change[last] -= 1
    living = 0
    for stop, by in enumerate(change, 1):
        living += by
        if living <= 1:
            yield stop
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
    # From the inside out: groups are equal if what they show is equal.
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
    equal = _equal_runs_by_period(items)
    found: list[Item] = []
    index = 0
    while index < len(items):
        period, times = _best_repeat(equal, index)
        if times < _FEWEST_REPEATS:
            found.append(items[index])
            index += 1
            continue
        stop = index + period * times
        run = list(items[index:stop])
        title = _range_title(run)
        if len(run) > _MOST_ITEMS:
            run = _chunks(run)
        found.append(Group(title, run, times))
        index = stop
    # A single group around all items shows nothing new.
    if len(found) == 1:
        return list(items)
    return found


def _equal_runs_by_period(items: Sequence[Item]) -> dict[int, list[int]]:
    """What `_equal_runs` finds for each period that is tried."""
    numbers: dict[Hashable, int] = {}
    kinds: list[int] = []
    # Numbers compare faster than the parameters of layers, and each is compared many times.
    for item in items:
        number = numbers.setdefault(item.kind, len(numbers))
        kinds.append(number)
    periods = range(1, _LONGEST_PERIOD + 1)
    return {period: _equal_runs(kinds, period) for period in periods}


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
    most = 1
    for period, runs in equal.items():
        # No run counts the first part, because each part is compared with the next one.
        times = runs[index] // period + 1
        explained = period * times
        # Of two that explain as much, the shorter period is the real one.
        if times >= _FEWEST_REPEATS and explained > most:
            best = (period, times)
            most = explained
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
