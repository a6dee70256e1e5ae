"""The layers of the SSD fork, by its paper and its sources."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

IMAGE = (1, 3, 300, 300)


def priors(text: str, size: Shape, *more: Shape) -> Shape:
    return infer(f'type: "PriorBox" prior_box_param {{ {text} }}', size, *(more or (IMAGE,))).tops[
        0
    ]


def test_ssd300_has_8732_boxes() -> None:
    """The number is the paper's (Liu et al. 2016, table 7)."""
    four, six = "aspect_ratio: 2", "aspect_ratio: 2 aspect_ratio: 3"
    maps = [(38, four), (19, six), (10, six), (5, six), (3, four), (1, four)]
    tops = [
        priors(f"min_size: 30 max_size: 60 {ratios}", (1, 512, size, size)) for size, ratios in maps
    ]
    assert sum(top[2] or 0 for top in tops if top) == 8732 * 4
    assert tops[0] == (1, 2, 38 * 38 * 4 * 4)


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("min_size: 30", 1),
        ("min_size: 30 min_size: 60", 2),
        ("min_size: 30 aspect_ratio: 1", 1),
        ("min_size: 30 aspect_ratio: 2 flip: false", 2),
        ("min_size: 30 aspect_ratio: 2 aspect_ratio: 0.5", 3),
        ("min_size: 30 aspect_ratio: 3 aspect_ratio: 0.33333334", 3),
        ("min_size: 30 aspect_ratio: 3 aspect_ratio: 0.3333", 5),
        ("min_size: 30 min_size: 60 max_size: 60 max_size: 90 aspect_ratio: 2", 8),
    ],
)
def test_boxes_at_a_pixel(text: str, boxes: int) -> None:
    assert priors(text, (1, 8, 1, 1)) == (1, 2, boxes * 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no min_size"),
        ("min_size: 0", "min_size is not above 0"),
        ("min_size: 1 max_size: 2 max_size: 3", "2 max_size for 1 min_size"),
        ("min_size: 2 max_size: 2", "max_size 2 is not above its min_size 2"),
        ("min_size: 1 variance: 0.1 variance: 0.2", "variance is given 2 times"),
        ("min_size: 1 variance: 0", "variance is not above 0"),
        ("min_size: 1 img_size: 300 img_h: 300 img_w: 300", "both img_size and img_h"),
        ("min_size: 1 img_size: 0", "img_size is missing or not above 0"),
        ("min_size: 1 step_h: 8", "step_w is missing or not above 0"),
    ],
)
def test_prior_box_faults(text: str, message: str) -> None:
    with pytest.raises(Fault, match=message):
        priors(text, (1, 8, 4, 4))


def test_prior_box_needs_an_image_or_its_size() -> None:
    text = 'type: "PriorBox" prior_box_param { min_size: 30 %s }'
    assert infer(text % "img_size: 300", (1, 8, 1, None)).tops == ((1, 2, None),)
    with pytest.raises(Fault, match="needs the image as its second bottom"):
        infer(text % "", (1, 8, 1, 1))


@pytest.mark.parametrize(
    ("order", "bottom", "top"),
    [
        ((0, 2, 3, 1), (2, 16, 38, 39), (2, 38, 39, 16)),
        ((3, 1), (2, 3, 4, 5), (5, 3, 2, 4)),
        ((), (2, 3), (2, 3)),
        ((1, 0), (None, 3), (3, None)),
    ],
)
def test_permute(order: tuple[int, ...], bottom: Shape, top: Shape) -> None:
    entries = " ".join(f"order: {axis}" for axis in order)
    assert infer(f'type: "Permute" permute_param {{ {entries} }}', bottom).tops == (top,)


def test_permute_in_place_reorders_twice() -> None:
    text = 'type: "Permute" permute_param { order: 1 order: 2 order: 0 }'
    assert infer(text, (2, 3, 4), in_place=(0,)).tops == ((4, 2, 3),)


def test_permute_faults() -> None:
    with pytest.raises(Fault, match="names axis 2 of a bottom with 2 axes"):
        infer('type: "Permute" permute_param { order: 2 }', (2, 3))
    with pytest.raises(Fault, match="names axis 0 twice"):
        infer('type: "Permute" permute_param { order: 0 order: 0 }', (2, 3))


def test_normalize_learns_a_scale_for_all_or_for_each_channel() -> None:
    facts = infer('type: "Normalize"', (2, 512, 38, 38))
    assert (facts.tops, facts.blobs[0].shape) == (((2, 512, 38, 38),), ())
    facts = infer('type: "Normalize" norm_param { channel_shared: false }', (2, 512, 38, 38))
    assert [tuple(blob) for blob in facts.blobs] == [("scale", (512,))]


@pytest.mark.parametrize("bottom", [(4,), (1, 2, 3, 4, 5)])
def test_normalize_takes_two_to_four_axes(bottom: Shape) -> None:
    with pytest.raises(Fault, match=r"(2 to|at most) 4 axes"):
        infer('type: "Normalize"', bottom)


OUTPUT = 'type: "DetectionOutput" detection_output_param { num_classes: 21 %s }'
LOSS = 'type: "MultiBoxLoss" multibox_loss_param { num_classes: 21 %s }'
BOXES, TRUE = (1, 2, 8732 * 4), (1, 1, None, 8)


def test_predictions_for_each_prior_box() -> None:
    bottoms = [(8, 8732 * 4), (8, 8732 * 21), BOXES]
    assert infer(OUTPUT % "", *bottoms).tops == ((1, 1, 1, 7),)
    assert infer(OUTPUT % "", None, None, None).tops == ((1, 1, 1, 7),)
    assert infer(LOSS % "", *bottoms, TRUE).tops == ((),)


def test_locations_of_each_class() -> None:
    bottoms = [(8, 10 * 4 * 21), (8, 10 * 21), (1, 2, 40)]
    assert infer(OUTPUT % "share_location: false", *bottoms).tops == ((1, 1, 1, 7),)
    text = LOSS % "share_location: false mining_type: NONE"
    assert infer(text, *bottoms, TRUE).tops == ((),)
    with pytest.raises(Fault, match="mining needs share_location"):
        infer(LOSS % "share_location: false", *bottoms, TRUE)


@pytest.mark.parametrize(("text", "more"), [(OUTPUT, []), (LOSS, [TRUE])])
def test_predictions_that_do_not_fit(text: str, more: list[Shape]) -> None:
    with pytest.raises(Fault, match="10 prior boxes and 21 classes take 40 location predictions"):
        infer(text % "", (8, 41), (8, 210), (1, 2, 40), *more)
    with pytest.raises(Fault, match="take 210 confidence predictions, not 211"):
        infer(text % "", (8, 40), (8, 211), (1, 2, 40), *more)
    with pytest.raises(Fault, match="batch size: 8 and 9"):
        infer(text % "", (8, 40), (9, 210), (1, 2, 40), *more)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("background_label_id: 21", "background_label_id 21 is none of 21 classes"),
        ("do_neg_mining: false", "contradict each other"),
    ],
)
def test_multibox_loss_faults(field: str, message: str) -> None:
    with pytest.raises(Fault, match=message):
        infer(LOSS % field, (8, 40), (8, 210), (1, 2, 40), TRUE)


@pytest.mark.parametrize("eta", ["0", "1.5"])
def test_detection_output_checks_its_suppression(eta: str) -> None:
    with pytest.raises(Fault, match="not above 0 and at most 1"):
        infer(OUTPUT % f"nms_param {{ eta: {eta} }}", (8, 40), (8, 210), (1, 2, 40))


def test_detection_evaluate_has_a_row_to_each_class_and_detection() -> None:
    text = 'type: "DetectionEvaluate" detection_evaluate_param { num_classes: 21 %s }'
    found, true = (1, 1, 9, 7), (1, 1, 4, 8)
    assert infer(text % "", found, true).tops == ((1, 1, 20 + 9, 5),)
    without = "background_label_id: 4294967295"
    assert infer(text % without, found, true).tops == ((1, 1, 21 + 9, 5),)
    with pytest.raises(Fault, match=r"bottom 0 takes 1x1x\?x7: bottom 0 is 1x1x9x8"):
        infer(text % "", (1, 1, 9, 8), true)
    with pytest.raises(Fault, match="bottom 0 is 1x1x0x7: it has no elements"):
        infer(text % "", (1, 1, 0, 7), true)
    with pytest.raises(Fault, match="num_classes is missing"):
        infer('type: "DetectionEvaluate"', found, true)
