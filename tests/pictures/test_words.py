"""What is written on a box."""

from __future__ import annotations

import pytest

from protogen.pictures.words import Words, box_words, family, shortened
from tests.pictures.nets import INPUT, convolution, drawn, in_place


def words(text: str) -> list[str]:
    found = box_words(drawn(INPUT, text).boxes[1])
    return [found.title, *found.lines]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("stride: 2", "Convolution 1x1/2, 3"),
        ("stride_h: 2 stride_w: 1", "Convolution 1x1/2x1, 3"),
        ("group: 3", "Convolution 1x1, 3, group 3"),
        ("dilation: 2", "Convolution 1x1, 3, dilation 2"),
    ],
)
def test_a_convolution_says_its_window(more: str, line: str) -> None:
    assert words(convolution("c", "data", more)) == ["c", line]


def test_the_layers_in_place_are_listed() -> None:
    texts = [convolution("c", "data"), in_place("b", "BatchNorm", "c"), in_place("r", "ReLU", "c")]
    found = box_words(drawn(INPUT, *texts).boxes[1])
    assert found.lines == ["Convolution 1x1, 3", "BatchNorm · ReLU"]


def test_an_unknown_type_and_no_name() -> None:
    assert words('layer { type: "Nothing" bottom: "data" top: "x" }') == ["(no name)", "Nothing"]
    picture = drawn(INPUT, 'layer { type: "Nothing" bottom: "data" top: "x" }')
    assert family(picture.boxes[1].steps[0]) == "other"


def test_a_long_name_keeps_both_ends() -> None:
    assert shortened("a" * 40 + "b" * 40) == "a" * 32 + "…" + "b" * 16
    assert shortened("x" * 48) == "x" * 48
    assert shortened("a\nb\u202ec") == r"a\nb\u202ec"


def test_a_box_is_as_wide_as_its_longest_line() -> None:
    assert Words.of("x", "a very long line of words below").width > Words.of("x", "short").width
    assert Words.of("漢" * 20).width > Words.of("a" * 20).width
