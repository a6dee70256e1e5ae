"""Boxes folded into groups: by the scopes of their names, by blocks, and by what repeats.

A group is a run of boxes in the order of the net. So a line between two groups never goes back,
and a picture of folded groups has no cycles.
"""

from __future__ import annotations

import itertools
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
            found += [item] if isinstance(item, Box) else item.boxes
        return found

    @property
    def kind(self) -> Hashable:
        """Equal for groups that show the same."""
        return tuple(item.kind for item in self.items)

    @property
    def groups(self) -> Iterator[Group]:
        """The groups in it, and those in them, from the outside in."""
        for item in self.items:
            if isinstance(item, Group):
                yield item
                yield from item.groups


Item = Box | Group


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
        level = [inner for group in level for inner in _foldable(group.items)]
    return opened


def _foldable(items: Sequence[Item]) -> list[Group]:
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
    parts = box.name.split("/", depth + 2)
    return "/".join(parts[: depth + 1]) if len(parts) > depth + 1 else ""


def _runs(boxes: Sequence[Box], key: Callable[[Box], str]) -> Iterator[tuple[str, list[Box]]]:
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
        if _SMALLEST_BLOCK <= len(block) <= min(_LARGEST_BLOCK, len(items) // 2):
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
    ends = [0] * len(items)
    alive = [0] * (len(items) + 1)
    for edge in edges:
        first = place[edge.source]
        last = max((place[reader] for reader in edge.readers), default=first)
        is_far = edge.source.is_source and last - first > _LARGEST_BLOCK
        if last > first and not is_far:
            alive[first] += 1
            ends[last] += 1
    living = 0
    for index in range(len(items)):
        living += alive[index] - ends[index]
        if living <= 1:
            yield index + 1
    yield len(items)


def _places(items: Sequence[Item]) -> dict[Box, int]:
    place = {}
    for index, item in enumerate(items):
        for box in [item] if isinstance(item, Box) else item.boxes:
            place[box] = index
    return place


def _title(item: Item) -> str:
    return item.name if isinstance(item, Box) else item.title


def _common_name(items: Sequence[Item]) -> str:
    """What the names begin with, or the first and the last name."""
    names = [_title(item) for item in items]
    # The input of a block may carry the name of another one, as may its last sum.
    first, last = min(names), max(names)
    pairs = zip(first, last)
    length = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    common = first[:length].rstrip("_-/. ")
    if len(common) > 1:
        return common
    return f"{names[0]} … {names[-1]}"


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
    numbers: dict[Hashable, int] = {}
    kinds = [numbers.setdefault(item.kind, len(numbers)) for item in items]
    equal = {period: _equal_runs(kinds, period) for period in range(1, _LONGEST_PERIOD + 1)}
    found: list[Item] = []
    index = 0
    while index < len(items):
        period, times = _best_repeat(equal, index)
        run = list(items[index : index + period * times])
        if times < _FEWEST_REPEATS:
            found.append(items[index])
            index += 1
            continue
        name = f"{_title(run[0])} … {_title(run[-1])}"
        found.append(Group(name, _chunks(run) if len(run) > _MOST_ITEMS else run, times))
        index += len(run)
    return found if len(found) > 1 else list(items)


def _equal_runs(kinds: Sequence[int], period: int) -> list[int]:
    """For each place, how many items in a row are equal to the one a period later."""
    runs = [0] * (len(kinds) + 1)
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
        title = f"{_title(chunk[0])} … {_title(chunk[-1])}"
        found.append(Group(title, chunk) if len(chunk) > 1 else chunk[0])
    return found
