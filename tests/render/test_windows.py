"""Drawings of windows, counted."""

from __future__ import annotations

import itertools

import pytest

from protogen.diagnostics import ProtogenError
from protogen.render.windows import draw, formula
from protogen.reports.pooling import Axis, pooling_axes


def axes() -> list[Axis]:
    """Every small pooling that Caffe accepts."""
    found = []
    for size, kernel, stride in itertools.product(range(1, 9), range(1, 6), range(1, 5)):
        for pad, floor in itertools.product(range(kernel), (False, True)):
            each = [(n, n) for n in (size, kernel, stride, pad)]
            try:
                found.append(pooling_axes(*each, floor=floor)[0])
            except ProtogenError:
                continue
    return found


def test_every_window_is_drawn_over_as_many_places_as_its_kernel() -> None:
    drawn = 0
    for axis in axes():
        head, *rows = draw(axis, "MAX")
        assert len(rows) == axis.pooled
        for index, row in enumerate(rows):
            opens, closes = row.index("["), row.index("]")
            covered = row[opens + 1 : closes]
            assert len(covered.split()) == axis.kernel
            assert covered.split() == head[opens:closes].split()  # each below its element
            assert row.split("window")[1].split()[0] == str(index)
            drawn += 1
    assert drawn > 1000


def test_the_drawing_and_the_description_agree() -> None:
    for axis in axes():
        for row in draw(axis, "AVE")[1:]:
            covered, description = row[row.index("[") + 1 :].split("]")
            elements = [cell for cell in covered.split() if cell not in "p-"]
            assert ("whole" in description) == (len(elements) == axis.kernel)
            assert ("EMPTY" in description) == (not elements)
            assert ("overhangs" in description) == ("-" in covered and bool(elements))


@pytest.mark.parametrize("kernel", [1, 2, 30, 35, 999, 1000])
@pytest.mark.parametrize("stride", [1, 7, 500])
def test_long_axes_are_drawn_at_their_ends(kernel: int, stride: int) -> None:
    axis = pooling_axes(
        (1000, 1000), (kernel, kernel), (stride, stride), (kernel // 2, kernel // 2)
    )[0]
    lines = draw(axis, "MAX")
    assert len(lines) <= 15
    assert max(map(len, lines)) < 170
    assert lines[-1].split("window")[1].split()[0] == str(axis.pooled - 1)


def test_the_formula_has_the_rounding_that_was_asked_for() -> None:
    ceil = pooling_axes((7, 7), (2, 2), (2, 2), (0, 0))[0]
    floor = pooling_axes((7, 7), (2, 2), (2, 2), (0, 0), floor=True)[0]
    assert formula(ceil) == "ceil((7 + 2*0 - 2) / 2) + 1 = ceil(2.5) + 1 = 4"
    assert formula(floor) == "floor((7 + 2*0 - 2) / 2) + 1 = floor(2.5) + 1 = 3"
