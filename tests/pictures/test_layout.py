"""Ranks, order and positions."""

from __future__ import annotations

import itertools
import random
import time

import pytest

from protogen.pictures.layout import Layout, Node, lay_out


def boxes(number: int) -> list[Node]:
    return [Node(100, 40) for _ in range(number)]


def overlaps(layout: Layout) -> int:
    found = 0
    for rank in layout.ranks:
        for left, right in itertools.pairwise(rank):
            found += left.x + left.width / 2 > right.x - right.width / 2
    return found


def test_a_chain_is_straight() -> None:
    nodes = boxes(5)
    layout = lay_out(nodes, [(a, b, None) for a, b in itertools.pairwise(nodes)])
    assert [node.rank for node in nodes] == [0, 1, 2, 3, 4]
    assert len({node.x for node in nodes}) == 1
    assert [len(rank) for rank in layout.ranks] == [1] * 5


def test_a_long_line_bends_once_in_each_rank_between() -> None:
    a, b, c, d = boxes(4)
    layout = lay_out([a, b, c, d], [(a, b, 1), (b, c, 2), (c, d, 3), (a, d, 1)])
    bends = [[node.is_bend for node in rank].count(True) for rank in layout.ranks]
    assert bends == [0, 1, 1, 0]
    beside = [node.x for rank in layout.ranks for node in rank if node.is_bend]
    assert beside[0] == pytest.approx(beside[1])


def test_lines_of_one_value_share_their_bends() -> None:
    nodes = boxes(6)
    pairs = [(a, b, "chain") for a, b in itertools.pairwise(nodes)]
    pairs += [(nodes[0], node, "chain") for node in nodes[2:]]
    layout = lay_out(nodes, pairs)
    assert sum(node.is_bend for rank in layout.ranks for node in rank) == 4


def test_what_reads_nothing_stands_above_its_reader() -> None:
    data, one, two, label, loss = boxes(5)
    lay_out(
        [data, one, two, label, loss],
        [(data, one, 1), (one, two, 2), (two, loss, 3), (label, loss, 4)],
    )
    assert (label.rank, loss.rank) == (2, 3)


def test_crossings_that_can_be_avoided_are() -> None:
    top, left, right, low_left, low_right = boxes(5)
    nodes = [top, left, right, low_right, low_left]
    lay_out(nodes, [(top, left, 1), (top, right, 1), (right, low_right, 2), (left, low_left, 3)])
    assert (left.x < right.x) == (low_left.x < low_right.x)


def test_entries_come_first_and_exits_last() -> None:
    entry, box, leaf = Node(first=True), Node(9, 9), Node(last=True)
    layout = lay_out([entry, box, leaf], [(entry, box, 1), (box, leaf, 2)])
    assert [rank[0] for rank in layout.ranks] == [entry, box, leaf]


def test_nothing_overlaps_in_a_random_graph() -> None:
    chance = random.Random(4)
    nodes = [Node(chance.uniform(10, 200), 30) for _ in range(150)]
    pairs = []
    for index, node in enumerate(nodes[1:], 1):
        for source in chance.sample(range(index), min(index, 2)):
            pairs.append((nodes[source], node, source))
    assert overlaps(lay_out(nodes, pairs)) == 0


def test_no_nodes_at_all() -> None:
    assert lay_out([], []).ranks == []


def test_the_time_is_linear_in_the_lines() -> None:
    def seconds(length: int) -> float:
        nodes = boxes(length)
        pairs = [(a, b, index) for index, (a, b) in enumerate(itertools.pairwise(nodes))]
        pairs += [(nodes[0], node, "data") for node in nodes[2:]]
        start = time.process_time()
        lay_out(nodes, pairs)
        return time.process_time() - start

    seconds(500)
    assert seconds(4000) < 40 * max(seconds(500), 0.004)
