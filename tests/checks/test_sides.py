from __future__ import annotations

from protogen.checks._sides import Sides

BOTH = Sides(("height", "width"))
HEIGHT = Sides(("height",))


def test_the_words_for_one_side_and_for_both() -> None:
    assert [str(HEIGHT), HEIGHT.become, HEIGHT.direction] == [
        "height",
        "becomes",
        "along the height",
    ]
    assert [str(BOTH), BOTH.become, BOTH.direction] == [
        "height and width",
        "become",
        "in each direction",
    ]


def test_rows_and_columns() -> None:
    assert [HEIGHT.lines(1), HEIGHT.lines(2)] == ["1 row", "2 rows"]
    assert BOTH.lines(2) == "2 rows and columns"
    assert [HEIGHT.last_lines(1), HEIGHT.last_lines(2)] == [
        "the last row is",
        "the last 2 rows are",
    ]
    assert BOTH.last_lines(1) == "the last row and column are"
