"""The positions of a folded picture: each group is laid out by itself, as a picture in a picture.

A line that leaves a group ends at its border, where a line of the picture around it begins.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from protogen.pictures.boxes import Box, Edge, Picture
from protogen.pictures.groups import Group, Item
from protogen.pictures.layout import Layout, Line, Node, lay_out
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
        parents = dict.fromkeys(group.items, group)
        parent.update(parents)
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
    # Afterwards the last ones are the innermost group around both boxes.
    while len(outward) > 1 and len(inward) > 1 and outward[-2] is inward[-2]:
        outward.pop()
        inward.pop()
    *left, around = outward
    *entered, _ = inward
    source = _item_below(edge.source, outward)
    target = _item_below(reader, inward)
    contents[around].pairs[source, target, edge] = None
    item: Item = edge.source
    for group in left:
        contents[group].leaves[item, edge] = None
        # In the picture around it, the line goes on from the group.
        item = group
    item = reader
    for group in entered:
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
    if len(groups) > 1:
        return groups[-2]
    return box


# Placing ---------------------------------------------------------------------------------------


def _level(
    group: Group, content: _Content, inner: dict[Group, Level], opened: Collection[Group]
) -> Level:
    items = {item: _item_node(item, inner, opened) for item in group.items}
    # A value enters a group once, and leaves it once, however many lines of it there are.
    entries = {edge: Node(first=True) for edge, _ in content.enters}
    exits = {edge: Node(last=True) for _, edge in content.leaves}
    lines: list[tuple[Node, Node, object]] = []
    for edge, item in content.enters:
        lines.append((entries[edge], items[item], edge))
    for source, target, edge in content.pairs:
        lines.append((items[source], items[target], edge))
    for item, edge in content.leaves:
        lines.append((items[item], exits[edge], edge))
    nodes = [*entries.values(), *items.values(), *exits.values()]
    layout = lay_out(nodes, lines)
    things: dict[Node, Item | Port] = {node: item for item, node in items.items()}
    for edge, node in entries.items():
        things[node] = Port(edge, enters=True)
    for edge, node in exits.items():
        things[node] = Port(edge, enters=False)
    return _placed_level(group, layout, things)


def _placed_level(group: Group, layout: Layout, things: Mapping[Node, Item | Port]) -> Level:
    """The level of a layout, with what its nodes stand for."""
    level = Level(group, lines=layout.lines)
    for rank in layout.ranks:
        # A bend is no thing.
        placed = [Placed(things.get(node), node) for node in rank]
        level.ranks.append(placed)
        level.placed.update(zip(rank, placed))
    _measure(level)
    return level


def _item_node(item: Item, inner: dict[Group, Level], opened: Collection[Group]) -> Node:
    """The node of a box, of a folded group, or of one that is open, which contains a picture."""
    if isinstance(item, Box):
        words = box_words(item)
        return Node(words.width, words.height)
    if item not in opened:
        words = group_words(item)
        return Node(words.width, words.height)
    level = inner[item]
    node = Node(level.width, level.height)
    middle = level.left + level.width / 2
    # The lines around it end above and below where they go on inside.
    for placed in (*level.ranks[0], *level.ranks[-1]):
        thing = placed.thing
        if isinstance(thing, Port):
            node.offsets[thing.edge] = placed.node.x - middle
    return node


def _measure(level: Level) -> None:
    """The height of each rank, and the size of the whole with its margins."""
    y = HEADING
    previous: list[Placed] = []
    for rank in level.ranks:
        if previous:
            y += _gap_between(previous, rank)
        # Boxes hang from the top of their rank, so that lines of one rank begin alike.
        for placed in rank:
            placed.y = y
        y += max([placed.node.height for placed in rank])
        previous = rank
    left, right = _sides(level)
    # The title must fit beside the button that folds the group. The whole picture has none.
    title = 0.0
    if level.group.title:
        title = Words.of(level.group.title).width
    missing = max(0.0, title - (right - left) - MARGIN)
    level.left = left - MARGIN - missing / 2
    level.width = right - left + 2 * MARGIN + missing
    level.height = y + MARGIN


def _sides(level: Level) -> tuple[float, float]:
    """Where the leftmost node begins, and where the rightmost one ends."""
    lefts, rights = [], []
    for rank in level.ranks:
        for placed in rank:
            node = placed.node
            lefts.append(node.x - node.width / 2)
            rights.append(node.x + node.width / 2)
    return min(lefts, default=0.0), max(rights, default=0.0)


def _gap_between(rank: list[Placed], next_rank: list[Placed]) -> float:
    """The space below a rank; less where there are only ports, which have no shapes beside them."""
    if _has_port(rank, enters=True):
        return ENTRY_GAP
    if _has_port(next_rank, enters=False):
        return EXIT_GAP
    return RANK_GAP


def _has_port(rank: list[Placed], enters: bool) -> bool:
    """Whether a value enters the group in a rank, or leaves it there."""
    for placed in rank:
        thing = placed.thing
        # In a rank with ports, all of them enter or all of them leave.
        if isinstance(thing, Port):
            return thing.enters is enters
    return False
