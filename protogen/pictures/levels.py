"""The positions of a folded picture: each group is laid out by itself, as a picture in a picture.

A line that leaves a group ends at its border, where a line of the picture around it begins.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from protogen.pictures.boxes import Box, Edge, Picture
from protogen.pictures.groups import Group, Item
from protogen.pictures.layout import Line, Node, lay_out
from protogen.pictures.words import Words, box_words, group_words

__all__ = [
    "ENTRY_GAP",
    "EXIT_GAP",
    "HEADING",
    "MARGIN",
    "RANK_GAP",
    "Level",
    "Placed",
    "Port",
    "levels",
]

#: The space between ranks, with room for a shape; around what a group contains; and for its title.
RANK_GAP, MARGIN, HEADING = 38.0, 16.0, 24.0

#: The space below the places where lines enter a group, and above those where they leave it.
ENTRY_GAP, EXIT_GAP = 14.0, 12.0


class Port(NamedTuple):
    """Where the line of a value enters a group, or leaves it."""

    edge: Edge
    enters: bool


@dataclass(eq=False)
class Placed:
    """A thing and its node. ``thing`` is ``None`` for a bend."""

    thing: Item | Port | None
    node: Node
    y: float = 0.0


@dataclass(eq=False)
class Level:
    """What a group contains, placed. ``left`` and ``top`` are where its own (0, 0) is in it."""

    group: Group
    ranks: list[list[Placed]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    placed: dict[Node, Placed] = field(default_factory=dict)
    left: float = 0.0
    width: float = 0.0
    height: float = 0.0


@dataclass(eq=False)
class _Content:
    """What belongs into a group: the lines between its items, and those that cross its border."""

    pairs: dict[tuple[Item, Item, Edge], None] = field(default_factory=dict)
    enters: dict[tuple[Edge, Item], None] = field(default_factory=dict)
    leaves: dict[tuple[Item, Edge], None] = field(default_factory=dict)


def levels(picture: Picture, root: Group, opened: Collection[Group]) -> dict[Group, Level]:
    """Place what each group contains, given which groups are open; the innermost come first."""
    contents = _contents(picture, root)
    found: dict[Group, Level] = {}
    for group in [*reversed(list(root.groups)), root]:
        found[group] = _level(group, contents[group], found, opened)
    return found


# What belongs where ----------------------------------------------------------------------------


def _contents(picture: Picture, root: Group) -> dict[Group, _Content]:
    groups = [root, *root.groups]
    contents = {group: _Content() for group in groups}
    parent: dict[Item, Group] = {}
    for group in groups:
        for item in group.items:
            parent[item] = group
    for edge in picture.edges:
        for reader in edge.readers:
            _route(edge, reader, parent, contents)
    return contents


def _route(
    edge: Edge, reader: Box, parent: dict[Item, Group], contents: dict[Group, _Content]
) -> None:
    """Divide a line into its parts: out of groups, across the picture around them, into others."""
    outward = _ancestors(edge.source, parent)
    inward = _ancestors(reader, parent)
    while len(outward) > 1 and len(inward) > 1 and outward[-2] is inward[-2]:
        outward.pop()
        inward.pop()
    source = _item_below(edge.source, outward)
    target = _item_below(reader, inward)
    contents[outward[-1]].pairs[source, target, edge] = None
    item: Item = edge.source
    for group in outward[:-1]:
        contents[group].leaves[item, edge] = None
        item = group
    item = reader
    for group in inward[:-1]:
        contents[group].enters[edge, item] = None
        item = group


def _ancestors(box: Box, parent: dict[Item, Group]) -> list[Group]:
    """The groups around a box, from the inside out."""
    found = [parent[box]]
    while found[-1] in parent:
        found.append(parent[found[-1]])
    return found


def _item_below(box: Box, groups: list[Group]) -> Item:
    """The item of the outermost group that is or contains the box."""
    return groups[-2] if len(groups) > 1 else box


# Placing ---------------------------------------------------------------------------------------


def _level(
    group: Group, content: _Content, inner: dict[Group, Level], opened: Collection[Group]
) -> Level:
    items = {item: _item_node(item, inner, opened) for item in group.items}
    entries = {edge: Node(first=True) for edge, _ in content.enters}
    exits = {edge: Node(last=True) for _, edge in content.leaves}
    lines: list[tuple[Node, Node, object]] = []
    lines += [(entries[edge], items[item], edge) for edge, item in content.enters]
    lines += [(items[source], items[target], edge) for source, target, edge in content.pairs]
    lines += [(items[item], exits[edge], edge) for item, edge in content.leaves]
    layout = lay_out([*entries.values(), *items.values(), *exits.values()], lines)
    things: dict[Node, Item | Port] = {node: item for item, node in items.items()}
    things.update({node: Port(edge, True) for edge, node in entries.items()})
    things.update({node: Port(edge, False) for edge, node in exits.items()})
    level = Level(group, lines=layout.lines)
    for rank in layout.ranks:
        level.ranks.append([Placed(things.get(node), node) for node in rank])
        level.placed.update(zip(rank, level.ranks[-1]))
    _measure(level)
    return level


def _item_node(item: Item, inner: dict[Group, Level], opened: Collection[Group]) -> Node:
    if isinstance(item, Box):
        words = box_words(item)
        return Node(words.width, words.height)
    if item not in opened:
        words = group_words(item)
        return Node(words.width, words.height)
    level = inner[item]
    node = Node(level.width, level.height)
    for placed in (*level.ranks[0], *level.ranks[-1]):
        if isinstance(placed.thing, Port):
            node.offsets[placed.thing.edge] = placed.node.x - level.left - level.width / 2
    return node


def _measure(level: Level) -> None:
    """The height of each rank, and the size of the whole with its margins."""
    y = HEADING
    for index, rank in enumerate(level.ranks):
        height = max(placed.node.height for placed in rank)
        for placed in rank:
            # Boxes hang from the top of their rank, so that lines of one rank begin alike.
            placed.y = y
        y += height + _gap_below(rank, level.ranks[index + 1 : index + 2])
    places = [placed.node for rank in level.ranks for placed in rank]
    left = min((node.x - node.width / 2 for node in places), default=0.0)
    right = max((node.x + node.width / 2 for node in places), default=0.0)
    title = Words.of(level.group.title).width if level.group.title else 0.0
    missing = max(0.0, title - (right - left) - MARGIN)
    level.left = left - MARGIN - missing / 2
    level.width = right - left + 2 * MARGIN + missing
    level.height = y + MARGIN


def _gap_below(rank: list[Placed], next_ranks: list[list[Placed]]) -> float:
    if any(isinstance(each.thing, Port) and each.thing.enters for each in rank):
        return ENTRY_GAP
    for next_rank in next_ranks:
        leaves = any(isinstance(each.thing, Port) for each in next_rank)
        return EXIT_GAP if leaves else RANK_GAP
    return 0.0
