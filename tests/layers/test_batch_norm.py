from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


@pytest.mark.parametrize("bottom", [(6, 5, 7, 6), (7, 4), (5, 3, 2, 4, 6), (None, 8, None)])
def test_three_statistics_and_the_bottoms_shape(bottom: Shape) -> None:
    facts = infer('type: "BatchNorm"', bottom, in_place=[0])
    assert facts.tops == (bottom,)
    assert bottom is not None
    assert [blob.shape for blob in facts.blobs] == [(bottom[1],), (bottom[1],), (1,)]


@pytest.mark.parametrize(
    ("text", "bottom", "why"),
    [
        ("", (2,), "a batch axis and a channel axis, not 2"),
        ("", (2, 3, 0), "its bottom is 2x3x0: it has no elements"),
        ("param { }", (2, 3), "are not trained, but param 0 has lr_mult 1"),
        ("param { lr_mult: 0 } param { lr_mult: 0.5 }", (2, 3), "param 1 has lr_mult 0.5"),
    ],
)
def test_faults(text: str, bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f'type: "BatchNorm" {text}', bottom)


def test_answers_of_other_multipliers_are_not_mixed_up() -> None:
    assert infer('type: "BatchNorm" param { lr_mult: 0 }', (4, 3)).tops == ((4, 3),)
    with pytest.raises(Fault, match="lr_mult 2"):
        infer('type: "BatchNorm" param { lr_mult: 2 }', (4, 3))
