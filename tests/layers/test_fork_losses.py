"""The losses of forks."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer, learned


def test_losses_that_tell_each_instances_loss() -> None:
    scores: Shape = (300, 21)
    assert infer('type: "SoftmaxWithLossOHEM"', scores, (300,), tops=3).tops == (
        (),
        (300, 21),
        (300,),
    )
    assert infer('type: "SoftmaxWithLossOHEM"', scores, (300,)).tops == ((),)
    boxes: Shape = (300, 8, 1, 1)
    assert infer('type: "SmoothL1LossOHEM"', boxes, boxes, boxes, tops=2).tops == (
        (),
        (300, 1, 1, 1),
    )


def test_a_learned_centre_for_each_class() -> None:
    text = 'type: "CenterLoss" center_loss_param { num_output: 10 }'
    facts = infer(text, (64, 2, 3), (64,))
    assert facts.tops == ((),)
    assert learned(facts) == {"centres": (10, 6)}


@pytest.mark.parametrize(
    ("text", "bottoms"),
    [
        ('type: "FocalLoss"', ((8, 21, 6, 6), (8, 1, 6, 6))),
        ('type: "L1Loss"', ((8, 3, 4), (8, 12))),
        ('type: "L1Loss" l1_loss_param { l2_per_location: true }', ((8, 2, 4, 4), (8, 2, 4, 4))),
        ('type: "L1Loss" l1_loss_param { }', ((8, 2, 4, 4),)),
        ('type: "RegionLoss"', ((8, 125, 13, 13), (8, 150))),
        ('type: "RegionLoss"', (None, None)),
        (
            'type: "Yolov3" yolov3_param { num: 3 num_class: 20 }',
            ((8, 75, 13, 12), (8, 1, 300, 5)),  # 3 * (5 + 20)
        ),
    ],
)
def test_a_scalar(text: str, bottoms: tuple[Shape, ...]) -> None:
    assert infer(text, *bottoms).tops == ((),)


@pytest.mark.parametrize(
    ("text", "bottoms", "why"),
    [
        ('type: "SoftmaxWithLossOHEM"', ((9, 21), (9, 2)), "9 predictions"),
        ('type: "SmoothL1LossOHEM"', ((9, 8), (9, 4)), "bottoms differ in channels: 8 and 4"),
        ('type: "FocalLoss" focal_loss_param { gamma: -1 }', ((9, 2), (9,)), "gamma -1 is below"),
        ('type: "FocalLoss" focal_loss_param { alpha: 0 }', ((9, 2), (9,)), "alpha 0 is not above"),
        ('type: "CenterLoss"', ((9, 2), (9,)), "num_output is missing or 0"),
        (
            'type: "CenterLoss" center_loss_param { num_output: 4 }',
            ((9, 2), (9, 2)),
            "bottom 1 has size 2 on axis 1",
        ),
        ('type: "L1Loss"', ((8, 3), (8, 4)), "differ in elements per item: 3 and 4"),
        ('type: "L1Loss"', ((8, 3), (7, 3)), "differ in batch size: 8 and 7"),
        ('type: "L1Loss" l1_loss_param { }', ((8, 3, 4), (8, 12)), "differ in their number"),
        (
            'type: "Yolov3" yolov3_param { num: 3 num_class: 80 }',
            ((8, 75, 13, 13), (8, 1, 300, 5)),
            "3 anchors of 80 classes take 43095 elements per item, not 12675",
        ),
    ],
)
def test_faults(text: str, bottoms: tuple[Shape, ...], why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(text, *bottoms)


def test_flownets_rule_is_not_mixed_up_with_nvidias() -> None:
    assert infer('type: "L1Loss"', (8, 3, 4), (8, 12)).tops == ((),)
    with pytest.raises(Fault, match="differ in their number of axes"):
        infer('type: "L1Loss" l1_loss_param { }', (8, 3, 4), (8, 12))
