"""Comments in a file that suppress findings."""

from __future__ import annotations

import pytest

import protogen
from protogen.checks import Suppressions, check

# Windows of kernel 1 at 0, 2 and 4 of 4 elements: the last is empty, in both phases.
NET = """\
{top}name: "n"  # {name}
layer {{ name: "data" type: "Input" top: "data"
  input_param {{ shape {{ dim: 1 dim: 3 dim: 4 dim: 4 }} }} }}
# {leading}
layer {{  # {first}
  name: "p" type: "Pooling" bottom: "data" top: "p"
  pooling_param {{
    kernel_size: 1  # {before}
    # {above}
    stride: 2  # {line}
  }}
}}
"""
PLACES = ("top", "name", "leading", "first", "before", "above", "line")


def remaining(**comments: str) -> list[str]:
    """The codes that are reported with these comments in the net."""
    text = NET.format(**{place: comments.get(place, "") for place in PLACES})
    net = protogen.loads(text, "net.prototxt")
    assert net.document is not None
    suppressions = Suppressions(net.document)
    return [found.code for found in suppressions.remaining(check(net).diagnostics)]


def test_without_comments_the_finding_is_reported() -> None:
    assert remaining() == ["P101"]


@pytest.mark.parametrize("place", ["line", "above", "first", "leading"])
@pytest.mark.parametrize(
    "words",
    [
        "protogen: ignore",
        "protogen: ignore[P101]",
        "protogen:ignore[P1]",
        "Protogen: IGNORE[S104, empty-pooling-window] they are never read",
    ],
)
def test_a_comment_at_the_line_above_it_or_at_the_layer(place: str, words: str) -> None:
    assert remaining(**{place: words}) == []


@pytest.mark.parametrize("place", ["before", "name"])
def test_a_comment_after_another_field_is_about_that_field(place: str) -> None:
    assert remaining(**{place: "protogen: ignore[P101]"}) == ["P101"]


@pytest.mark.parametrize("words", ["protogen: ignore[P102]", "protogen: ignore[]", "ignore[P101]"])
def test_a_comment_with_other_codes_or_without_our_name(words: str) -> None:
    assert remaining(line=words) == ["P101"]


@pytest.mark.parametrize("words", ["ignore-file", "ignore-file[P101]"])
def test_the_whole_file(words: str) -> None:
    assert remaining(top=f"# ours\n# protogen: {words}\n") == []
    assert remaining(top="# protogen: ignore-file[S1]\n") == ["P101"]


def test_a_comment_about_the_whole_file_stands_above_its_first_field() -> None:
    assert remaining(name="protogen: ignore-file") == ["P101"]


def test_several_comments_above_a_line() -> None:
    assert remaining(above="protogen: ignore[P101]\n    # protogen: ignore[P102]") == []


def test_a_hash_in_a_string_is_not_a_comment() -> None:
    text = 'name: "# protogen: ignore-file"\nlayer { name: "x" type: "Nope" }'
    net = protogen.loads(text, "net.prototxt")
    assert net.document is not None
    found = Suppressions(net.document).remaining(check(net).diagnostics)
    assert [each.code for each in found] == ["G104"]


LEGACY = """\
input: "a"
input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }
%slayer { name: "b" type: "ReLU" bottom: "a" top: "b"
}
%slayer { name: "c" type: "ReLU" bottom: "b" top: "c"
 bogus: 1 }
"""


@pytest.mark.parametrize(
    ("above_b", "above_c", "expected"),
    [
        ("", "", ["T110"]),
        ("# protogen: ignore[T110]\n", "", ["T110"]),
        ("", "# protogen: ignore[T110]\n", []),
    ],
)
def test_a_net_of_an_old_format(above_b: str, above_c: str, expected: list[str]) -> None:
    # Upgrading the net adds a layer for its input, so layers have other indices than as written.
    net = protogen.loads(LEGACY % (above_b, above_c), "net.prototxt")
    assert net.document is not None
    found = Suppressions(net.document).remaining(check(net).diagnostics)
    assert [each.code for each in found] == expected


def test_a_net_that_cannot_be_upgraded() -> None:
    text = 'input: "z"\n' + LEGACY % ("", "# protogen: ignore[T110]\n")
    net = protogen.loads(text, "net.prototxt")
    assert net.document is not None
    found = check(net).diagnostics
    assert [each.code for each in found] == ["T224", "T110"]
    assert [each.layer_index for each in found] == [-1, -1]
    assert [each.code for each in Suppressions(net.document).remaining(found)] == ["T224"]
