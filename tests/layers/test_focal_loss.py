"""FocalLoss of happynear's fork (focal_loss_layer.cpp)."""

from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, infer


def layer(param: str = "") -> str:
    return f'type: "FocalLoss" focal_loss_param {{ {param} }}'


def test_the_top_is_a_scalar() -> None:
    assert infer(layer(), (8, 21, 6, 6), (8, 1, 6, 6)).tops == ((),)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("gamma: -1", "gamma must be 0 or greater, got -1", "gamma"),
        ("alpha: 0", "alpha must be greater than 0, got 0", "alpha"),
    ],
)
def test_parameters(param: str, why: str, field: str) -> None:
    check_fault(why, f"focal_loss_param.{field}", layer(param), (9, 2), (9,))


def test_bottoms_that_do_not_fit() -> None:
    why = "expected 9 labels, one per prediction (classes along axis 1), got 18"
    check_fault(why, "bottom[1]", layer(), (9, 2), (9, 2))
    text = layer() + " softmax_param { axis: 2 }"
    check_fault("axis 2 is out of range", "softmax_param.axis", text, (9, 2), (9,))
