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

#: How strongly a line between two bends is kept straight; between a bend and a node; between nodes.
_STRAIGHT, _HALF_STRAIGHT, _LOOSE = 8.0, 2.0, 1.0


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
    for node in nodes:
        if not node.first:
            node.rank = max(node.rank, lowest)
        for target in targets.get(node, ()):
            target.rank = max(target.rank, node.rank + 1)
    # What reads nothing stands just above the first that reads it.
    for node in nodes:
        if node in has_source or node not in targets or node.first:
            continue
        nearest = min([target.rank for target in targets[node]])
        node.rank = max(lowest, nearest - 1)
    _rank_last(nodes)


def _rank_last(nodes: Sequence[Node]) -> None:
    """Put the nodes that belong after everything else into a rank of their own."""
    ranks = [node.rank for node in nodes if not node.last]
    end = max(ranks, default=0) + 1
    for node in nodes:
        if node.last:
            node.rank = end


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
    number = max([0, *(node.rank + 1 for node in nodes)])
    ranks: list[list[Node]] = [[] for _ in range(number)]
    for node in nodes:
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
        if sweep % 2 == 0:
            _sort(ranks, _barycenter_above)
        else:
            _sort(reversed(ranks), _barycenter_below)
        crossings = _crossings(ranks)
        if crossings < fewest:
            fewest = crossings
            best = [list(rank) for rank in ranks]
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
    if not node.above:
        return node.order
    return sum(line.source.order for line in node.above) / len(node.above)


def _barycenter_below(node: Node) -> float:
    if not node.below:
        return node.order
    return sum(line.target.order for line in node.below) / len(node.below)


def _crossings(ranks: Sequence[Sequence[Node]]) -> int:
    return sum(_crossings_below(rank) for rank in ranks)


def _crossings_below(rank: Sequence[Node]) -> int:
    """The pairs of lines that cross: inversions, counted with a Fenwick tree."""
    ends: list[int] = []
    for node in rank:
        ends += sorted(line.target.order for line in node.below)
    size = max(ends, default=0) + 1
    tree = [0] * (size + 1)
    found = 0
    for seen, end in enumerate(ends):
        # Of the lines that begin further left, those that end further right cross this one.
        before, index = 0, end + 1
        while index:
            before += tree[index]
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
        if sweep % 2 == 0:
            for rank in ranks:
                _attract(rank, [_sources(node) for node in rank])
        else:
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
            pull += strength * (other.x + _offset(other, line) - _offset(node, line))
            weight += strength
        if weight:
            wanted.append(pull / weight)
            weights.append(weight)
        else:
            wanted.append(node.x)
            weights.append(_NO_LINES)
    _place(rank, wanted, weights)


def _strength(node: Node, other: Node) -> float:
    if node.is_bend and other.is_bend:
        return _STRAIGHT
    if node.is_bend or other.is_bend:
        return _HALF_STRAIGHT
    return _LOOSE


def _offset(node: Node, line: Line) -> float:
    # Equal blocks would drift to a side, each a little further, if only their lines were straight.
    if node.is_alone or not node.offsets:
        return 0.0
    return node.offsets.get(line.value, 0.0)


def _place(rank: Sequence[Node], wanted: Sequence[float], weights: Sequence[float]) -> None:
    """The positions nearest to the wanted ones, by least squares, that keep order and distance.

    Neighbors that would overlap are joined into one piece, which stands at their mean.
    """
    pieces: list[tuple[float, float, int]] = []  # position of the first node, weight, nodes
    starts: list[float] = []
    start = 0.0
    for index, node in enumerate(rank):
        if index:
            start += _distance(rank[index - 1], node)
        starts.append(start)
        piece = (wanted[index] - start, weights[index], 1)
        # The widths to the left are subtracted, so that pieces overlap if their order is wrong.
        while pieces and pieces[-1][0] > piece[0]:
            place, weight, nodes = pieces.pop()
            both = weight + piece[1]
            piece = ((place * weight + piece[0] * piece[1]) / both, both, nodes + piece[2])
        pieces.append(piece)
    index = 0
    for place, _, nodes in pieces:
        for _ in range(nodes):
            rank[index].x = place + starts[index]
            index += 1


def _distance(left: Node, right: Node) -> float:
    gap = _LINE_GAP if left.is_thin and right.is_thin else _GAP
    return left.width / 2 + gap + right.width / 2
