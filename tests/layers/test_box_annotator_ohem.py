"""BoxAnnotatorOHEM of R-FCN (box_annotator_ohem_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TEXT = 'type: "BoxAnnotatorOHEM" box_annotator_ohem_param { roi_per_img: 128 }'
BOTTOMS = ((300, 5, 1, 1), (300, 1, 1, 1), (300, 1, 1, 1), (300, 8, 1, 1))


def test_labels_and_weights_of_the_regions() -> None:
    assert infer(TEXT, *BOTTOMS, tops=2).tops == ((300, 1, 1, 1), (300, 8, 1, 1))


def test_faults() -> None:
    labels = (300, 2, 1, 1)
    why = "expected bottom 2 to have 1 channel for each region: bottom 0 is 300x5x1x1, bottom 2"
    check_fault(why, "bottom[2]", TEXT, *BOTTOMS[:2], labels, BOTTOMS[3], tops=2)
    text = 'type: "BoxAnnotatorOHEM"'
    field = "box_annotator_ohem_param.roi_per_img"
    check_fault("roi_per_img is missing", field, text, *BOTTOMS, tops=2)
