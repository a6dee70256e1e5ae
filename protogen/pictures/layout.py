"""A layered layout in time linear in the lines: a net is a thin ribbon, drawn from top to bottom.

Nodes get a rank by the longest path to them, an order within the rank by the mean place of their
neighbors (the barycenter), and a position as near to their neighbors as the order allows. A line
over several ranks bends around what is between.
(source: Sugiyama, Tagawa & Toda 1981, "Methods for Visual Understanding of Hierarchical System
Structures")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Layout", "Line", "Node", "lay_out"]

#: The space between neighbors in a rank, and between lines.
_GAP, _LINE_GAP = 26.0, 14.0

#: How often the order and the positions are improved, down and up.
_ORDER_SWEEPS, _POSITION_SWEEPS = 8, 7

#: A longer line has no bends. So many ranks at the most, or the bends of many long lines would be
#: more than everything else.
_LONGEST_BENDING = 300

#: A wish that counts this little gives way to every line.
_NO_LINES = 0.1

#: How strongly a line is kept straight if none, one or both of its ends are bends.
_STRENGTHS = (1.0, 2.0, 8.0)


@dataclass(eq=False)
class Node:
    """Something with a size, in the order of the net. ``x`` is its middle.

    ``first`` and ``last`` are for what belongs before and after everything else. A bend has no
    size. ``is_alone`` is whether nothing else is in its rank. ``offsets`` says where the line of a
    value ends, from the middle; by default there.
    """

    width: float = 0.0
    height: float = 0.0
    first: bool = False
    last: bool = False
    is_bend: bool = False
    is_alone: bool = False
    offsets: dict[object, float] = field(default_factory=dict)
    rank: int = 0
    order: int = 0
    x: float = 0.0
    above: list[Line] = field(default_factory=list, repr=False)
    below: list[Line] = field(default_factory=list, repr=False)

    @property
    def is_thin(self) -> bool:
        """Whether a line goes through it."""
        return self.is_bend or self.first or self.last


@dataclass(eq=False)
class Line:
    """A line from a node to one in a later rank, of a value."""

    source: Node
    target: Node
    value: object


class _Piece(NamedTuple):
    """Neighbors that touch: the position of the first one, their weight, and how many they are.

    The position leaves out the widths of the nodes further left in the rank.
    """

    place: float
    weight: float
    nodes: int


@dataclass
class Layout:
    """The nodes of each rank from left to right, and the lines between them."""

    ranks: list[list[Node]]
    lines: list[Line]


def lay_out(nodes: Sequence[Node], wanted: Iterable[tuple[Node, Node, object]]) -> Layout:
    """Find the rank, the order and the ``x`` of each node.

    ``nodes`` are in an order in which each line of ``wanted`` (source, target, value) goes forward,
    with those that come first at the start.
    """
    lines = list(wanted)
    _rank(nodes, lines)
    bends, links = _bent(lines)
    for link in links:
        link.source.below.append(link)
        link.target.above.append(link)
    ranks = _ranks([*nodes, *bends])
    _order(ranks)
    _position(ranks)
    return Layout(ranks, links)


# Ranks -----------------------------------------------------------------------------------------


def _rank(nodes: Sequence[Node], lines: Sequence[tuple[Node, Node, object]]) -> None:
    """Rank each node by the longest path to it."""
    targets: dict[Node, list[Node]] = {}
    has_source: set[Node] = set()
    for source, target, _ in lines:
        targets.setdefault(source, []).append(target)
        has_source.add(target)
    has_first = any(node.first for node in nodes)
    lowest = 1 if has_first else 0
    # Every line goes forward in this order, so a rank is final when the loop comes to its node.
    for node in nodes:
        if not node.first:
            node.rank = max(node.rank, lowest)
        below = node.rank + 1
        for target in targets.get(node, ()):
            target.rank = max(target.rank, below)
    for node, read_by in targets.items():
        # Without a line from above, its rank would be the lowest, far from the layer that reads it.
        if not node.first and node not in has_source:
            _lower(node, read_by, lowest)
    _rank_last(nodes)


def _lower(node: Node, read_by: Sequence[Node], lowest: int) -> None:
    """Put a node that reads nothing just above the first one that reads it."""
    nearest = min([target.rank for target in read_by])
    node.rank = max(lowest, nearest - 1)


def _rank_last(nodes: Sequence[Node]) -> None:
    """Put the nodes that belong after everything else into a rank of their own."""
    highest = 0
    last: list[Node] = []
    for node in nodes:
        if node.last:
            last.append(node)
        else:
            highest = max(highest, node.rank)
    for node in last:
        node.rank = highest + 1


def _bent(lines: Sequence[tuple[Node, Node, object]]) -> tuple[list[Node], list[Line]]:
    """A bend in each rank that a line crosses; lines of one value share them."""
    bends: list[Node] = []
    links: list[Line] = []
    chains: dict[tuple[Node, object], list[Node]] = {}
    for source, target, value in lines:
        chain = chains.setdefault((source, value), [source])
        span = target.rank - source.rank
        # Labels, which the loss at the other end of a deep net reads.
        if span > _LONGEST_BENDING:
            links.append(Line(source, target, value))
            continue
        while len(chain) < span:
            bend = Node(is_bend=True, rank=source.rank + len(chain))
            links.append(Line(chain[-1], bend, value))
            chain.append(bend)
            bends.append(bend)
        links.append(Line(chain[span - 1], target, value))
    return bends, links


def _ranks(nodes: Sequence[Node]) -> list[list[Node]]:
    """The nodes of each rank, in the order of the net."""
    ranks: list[list[Node]] = []
    for node in nodes:
        # The nodes are not in the order of their ranks: one that reads nothing stands further down.
        while len(ranks) <= node.rank:
            ranks.append([])
        ranks[node.rank].append(node)
    return ranks


# Order -----------------------------------------------------------------------------------------


def _order(ranks: Sequence[list[Node]]) -> None:
    """Sort each rank by the places of the neighbors, and keep what has the fewest crossings."""
    for rank in ranks:
        _number(rank)
    # A sweep may make it worse, on the way to something better.
    best = [list(rank) for rank in ranks]
    fewest = _crossings(ranks)
    for sweep in range(_ORDER_SWEEPS):
        if not fewest:
            break
        goes_down = sweep % 2 == 0
        if goes_down:
            _sort(ranks, _barycenter_above)
        else:
            _sort(reversed(ranks), _barycenter_below)
        crossings = _crossings(ranks)
        if crossings < fewest:
            fewest = crossings
            best = [list(rank) for rank in ranks]
    _restore(ranks, best)


def _restore(ranks: Sequence[list[Node]], best: Sequence[list[Node]]) -> None:
    """Give each rank its best order."""
    for rank, order in zip(ranks, best):
        rank[:] = order
        _number(rank)


def _sort(ranks: Iterable[list[Node]], key: Callable[[Node], float]) -> None:
    for rank in ranks:
        rank.sort(key=key)
        _number(rank)


def _number(rank: Sequence[Node]) -> None:
    for index, node in enumerate(rank):
        node.order = index


def _barycenter_above(node: Node) -> float:
    # Without a line it stays where it is, between the same neighbors.
    if not node.above:
        return node.order
    total = 0
    for line in node.above:
        total += line.source.order
    return total / len(node.above)


def _barycenter_below(node: Node) -> float:
    if not node.below:
        return node.order
    total = 0
    for line in node.below:
        total += line.target.order
    return total / len(node.below)


def _crossings(ranks: Sequence[Sequence[Node]]) -> int:
    return sum(map(_crossings_below, ranks))


def _crossings_below(rank: Sequence[Node]) -> int:
    """The pairs of lines that cross: inversions, counted with a Fenwick tree.

    (source: Fenwick 1994, "A New Data Structure for Cumulative Frequency Tables")
    """
    ends: list[int] = []
    for node in rank:
        # Lines from one node do not cross each other.
        ends += sorted([line.target.order for line in node.below])
    size = max(ends, default=0) + 1
    tree = [0] * (size + 1)
    found = 0
    for seen, end in enumerate(ends):
        # Of the lines that begin further left, those that end further right cross this one.
        before = 0
        index = end + 1
        while index:
            before += tree[index]
            # Without its lowest bit it is the index of the sum of what is further left.
            index &= index - 1
        found += seen - before
        index = end + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return found


# Positions -------------------------------------------------------------------------------------


def _position(ranks: Sequence[list[Node]]) -> None:
    for rank in ranks:
        rank[0].is_alone = len(rank) == 1
        _place(rank, [0.0] * len(rank), [1.0] * len(rank))
    # The last sweep goes down: what reads one value then stands exactly below it.
    for sweep in range(_POSITION_SWEEPS):
        goes_down = sweep % 2 == 0
        if goes_down:
            _attract_down(ranks)
        else:
            _attract_up(ranks)


def _attract_down(ranks: Sequence[Sequence[Node]]) -> None:
    """Move the nodes of each rank toward those that they read."""
    for rank in ranks:
        _attract(rank, [_sources(node) for node in rank])


def _attract_up(ranks: Sequence[Sequence[Node]]) -> None:
    """Move the nodes of each rank toward those that read them, from the last rank on."""
    for rank in reversed(ranks):
        _attract(rank, [_targets(node) for node in rank])


def _sources(node: Node) -> list[tuple[Node, Line]]:
    return [(line.source, line) for line in node.above]


def _targets(node: Node) -> list[tuple[Node, Line]]:
    return [(line.target, line) for line in node.below]


def _attract(rank: Sequence[Node], neighbors: Sequence[Sequence[tuple[Node, Line]]]) -> None:
    """Move each node of a rank toward its neighbors in the rank above, or in the one below."""
    wanted: list[float] = []
    weights: list[float] = []
    for node, others in zip(rank, neighbors):
        pull = weight = 0.0
        for other, line in others:
            strength = _strength(node, other)
            # There the line is straight, although it may end beside the middle of a group.
            place = other.x + _offset(other, line) - _offset(node, line)
            pull += strength * place
            weight += strength
        if weight:
            wanted.append(pull / weight)
            weights.append(weight)
        else:
            wanted.append(node.x)
            weights.append(_NO_LINES)
    _place(rank, wanted, weights)


def _strength(node: Node, other: Node) -> float:
    bends = node.is_bend + other.is_bend
    return _STRENGTHS[bends]


def _offset(node: Node, line: Line) -> float:
    # Equal blocks would drift to a side, each a little further, if only their lines were straight.
    if node.is_alone:
        return 0.0
    return node.offsets.get(line.value, 0.0)


def _place(rank: Sequence[Node], wanted: Sequence[float], weights: Sequence[float]) -> None:
    """The positions nearest to the wanted ones, by least squares, that keep order and distance.

    Neighbors that would overlap are joined into one piece, which stands at their mean.
    """
    # This is isotonic regression, by pooling adjacent violators.
    pieces: list[_Piece] = []
    starts: list[float] = []
    start = 0.0
    for index, node in enumerate(rank):
        if index:
            start += _distance(rank[index - 1], node)
        starts.append(start)
        # The widths to the left are subtracted, so that pieces overlap if their order is wrong.
        piece = _Piece(wanted[index] - start, weights[index], 1)
        while pieces and pieces[-1].place > piece.place:
            piece = _joined(pieces.pop(), piece)
        pieces.append(piece)
    index = 0
    for piece in pieces:
        for _ in range(piece.nodes):
            rank[index].x = piece.place + starts[index]
            index += 1


def _joined(left: _Piece, right: _Piece) -> _Piece:
    """One piece at the weighted mean of two."""
    weight = left.weight + right.weight
    place = (left.place * left.weight + right.place * right.weight) / weight
    return _Piece(place, weight, left.nodes + right.nodes)


def _distance(left: Node, right: Node) -> float:
    """The least distance between the middles of two neighbors."""
    gap = _GAP
    # Lines may run closer together than boxes.
    if left.is_thin and right.is_thin:
        gap = _LINE_GAP
    return left.width / 2 + gap + right.width / 2
