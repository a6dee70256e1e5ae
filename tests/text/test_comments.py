"""Comments and the fields they belong to."""

from __future__ import annotations

import pytest

from protogen.text import read

NET = """\
# head
name: "n#" # nm
layer {   # open
  # about

  name: 'c#1'
  type: "Convolution"  # T
  convolution_param { kernel_size: 3 kernel_size: 5 } # conv
  # tail
} # end
layer { name: "x" } # one
param_of_a_fork {
  # unknown
  a: 1
}
# last
"""


@pytest.mark.parametrize(
    ("text", "placement", "path"),
    [
        ("# head", "leading", ("name",)),
        ("# nm", "trailing", ("name",)),
        ("# open", "trailing", ("layer", 0)),
        ("# about", "leading", ("layer", 0, "name")),
        ("# T", "trailing", ("layer", 0, "type")),
        ("# conv", "trailing", ("layer", 0, "convolution_param")),
        ("# tail", "inner", ("layer", 0)),
        ("# end", "trailing", ("layer", 0)),
        ("# one", "trailing", ("layer", 1)),
        ("# unknown", "leading", ("param_of_a_fork", 0, "a", 0)),
        ("# last", "inner", ()),
    ],
)
def test_a_comment_belongs_to_a_field(
    text: str, placement: str, path: tuple[str | int, ...]
) -> None:
    document = read(NET)
    (comment,) = [comment for comment in document.comments if comment.text == text]
    assert (comment.placement, comment.path) == (placement, path)
    assert document.text[comment.start : comment.end] == text


def test_comments_come_in_the_order_of_the_text() -> None:
    assert [comment.text for comment in read(NET).comments] == [
        *("# head", "# nm", "# open", "# about", "# T", "# conv"),
        *("# tail", "# end", "# one", "# unknown", "# last"),
    ]


def test_a_comment_in_a_message_that_is_written_twice_alike() -> None:
    block = "layer { pooling_param {\n  pool: MAX # p\n} }\n"
    paths = [comment.path for comment in read(block * 3).comments]
    assert paths == [("layer", n, "pooling_param", "pool") for n in range(3)]
    assert [comment.location.line for comment in read(block * 3).comments] == [2, 5, 8]


def test_a_text_without_comments_has_none() -> None:
    assert read('name: "#"').comments == []
