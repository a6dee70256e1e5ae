"""Edits, and the paths that they have."""

from __future__ import annotations

import pytest

from protogen.edits import Edit, EditError, delete, format_path, insert, parse_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("name", ("name",)),
        ("param[1].lr_mult", ("param", 1, "lr_mult")),
        ("input_param.shape[0].dim[2]", ("input_param", "shape", 0, "dim", 2)),
    ],
)
def test_paths_as_text(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path
    assert format_path(path) == text


def test_the_three_actions() -> None:
    path = ("layer", 3)
    assert Edit(path, value={"name": "x"}).action == "set"
    assert insert(path, {"name": "x"}) == Edit(path, "insert", {"name": "x"})
    assert delete(path) == Edit(path, "delete")


def test_edits_have_a_hash_whatever_their_value_is() -> None:
    first, second = Edit(("layer", 0), "set", {"name": "x"}), Edit(("layer", 0), "set", {})
    assert hash(first) == hash(second)
    assert len({first, second}) == 2


def test_an_error_names_the_field() -> None:
    error = EditError(("layer", 3, "pooling_param", "pad"), "is not set")
    assert str(error) == "layer[3].pooling_param.pad: is not set"
    assert error.path == ("layer", 3, "pooling_param", "pad")
