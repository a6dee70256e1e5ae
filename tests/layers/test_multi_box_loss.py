from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, check_rows, infer

TRUE = (1, 1, None, 8)
BOTTOMS = ((8, 40), (8, 210), (1, 2, 40), TRUE)  # 10 prior boxes


def layer(param: str = "") -> str:
    return f'type: "MultiBoxLoss" multibox_loss_param {{ num_classes: 21 {param} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("MultiBoxLoss")


def test_the_top_is_a_scalar() -> None:
    ssd300 = [(8, 8732 * 4), (8, 8732 * 21), (1, 2, 8732 * 4), TRUE]
    assert infer(layer(), *ssd300).tops == ((),)


def test_locations_for_each_class() -> None:
    bottoms = [(8, 10 * 4 * 21), (8, 10 * 21), (1, 2, 40), TRUE]
    text = layer("share_location: false mining_type: NONE")
    assert infer(text, *bottoms).tops == ((),)
    why = "negative mining requires share_location: true"
    field = "multibox_loss_param.share_location"
    check_fault(why, field, layer("share_location: false"), *bottoms)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        (
            "background_label_id: 21",
            "background_label_id must be less than num_classes 21, got 21",
            "background_label_id",
        ),
        (
            "do_neg_mining: false",
            "do_neg_mining contradicts mining_type; keep mining_type",
            "do_neg_mining",
        ),
    ],
)
def test_parameters(param: str, why: str, field: str) -> None:
    check_fault(why, f"multibox_loss_param.{field}", layer(param), *BOTTOMS)


def test_predictions_that_do_not_fit() -> None:
    why = "expected 40 location predictions for 10 prior boxes and 21 classes, got 41"
    check_fault(why, "bottom[0]", layer(), (8, 41), *BOTTOMS[1:])
    why = "expected 210 confidence predictions for 10 prior boxes and 21 classes, got 211"
    check_fault(why, "bottom[1]", layer(), (8, 40), (8, 211), *BOTTOMS[2:])
    check_fault(
        "differ in batch size: 8 and 9", "bottom[1]", layer(), (8, 40), (9, 210), *BOTTOMS[2:]
    )
