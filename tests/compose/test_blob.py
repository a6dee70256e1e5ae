"""A blob has a name and a shape, and says both."""

from __future__ import annotations

import pytest

from protogen import Blob


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((1, 3, 8, 8), "<blob 'x' 1x3x8x8>"),
        ((1, None), "<blob 'x' 1x?>"),
        ((), "<blob 'x' scalar>"),
        (None, "<blob 'x' ?>"),
    ],
)
def test_a_blob_as_text(shape: tuple[int | None, ...] | None, text: str) -> None:
    assert repr(Blob("x", shape)) == text


def test_every_blob_is_true() -> None:
    assert Blob("", ())
