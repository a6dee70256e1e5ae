"""Layers of Fast R-CNN's family: regions of interest and what is pooled from them."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

ROI = 'type: "ROIPooling" roi_pooling_param'
PSROI = 'type: "PSROIPooling" psroi_pooling_param'
ALIGN = 'type: "ROIAlign" roi_align_param'
OHEM = 'type: "BoxAnnotatorOHEM" box_annotator_ohem_param'


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        (f"{ROI} {{ pooled_h: 6 pooled_w: 7 }}", ((1, 512, 38, 50), (300, 5)), (300, 512, 6, 7)),
        (f"{ROI} {{ pooled_size: 7 }}", ((1, 512, 38, 50), (300, 5)), (300, 512, 7, 7)),
        (f"{ROI} {{ pooled_h: 6 pooled_w: 7 }}", ((1, 512, 38, 50), None), (None, None, 6, 7)),
        (
            f"{PSROI} {{ spatial_scale: 0.0625 output_dim: 21 group_size: 7 }}",
            ((1, 1029, 38, 63), (300, 5)),  # 21 * 7 * 7
            (300, 21, 7, 7),
        ),
        (
            f"{PSROI} {{ spatial_scale: 0.0625 output_dim: 21 group_size: 7 }}",
            (None, (300, 5)),
            (None, 21, 7, 7),
        ),
        (f"{ALIGN} {{ pooled_h: 7 pooled_w: 7 }}", ((2, 64, 9, 9), (10, 5)), (20, 64, 7, 7)),
        (f"{ALIGN} {{ pooled_h: 7 pooled_w: 7 }}", ((1, 64, 9, 9), (1, 8, 1, 5)), (8, 64, 7, 7)),
    ],
)
def test_pooled_regions(text: str, bottoms: tuple[Shape, ...], tops: Shape) -> None:
    assert infer(text, *bottoms).tops == (tops,)


@pytest.mark.parametrize(
    ("text", "regions", "why"),
    [
        (f"{ROI} {{ pooled_h: 6 }}", (300, 5), "pooled_w is missing or 0"),
        (f"{PSROI} {{ output_dim: 2 group_size: 3 }}", (9, 5), "spatial_scale is missing"),
        (f"{PSROI} {{ spatial_scale: 1 output_dim: 0 group_size: 3 }}", (9, 5), "output_dim"),
        (
            f"{PSROI} {{ spatial_scale: 1 output_dim: 3 group_size: 3 }}",
            (9, 5),
            "output_dim 3 and group_size 3 take 27 channels, not 18",
        ),
        (f"{ALIGN} {{ pooled_h: 7 pooled_w: 0 }}", (9, 5), "pooled_w is missing or 0"),
        (f"{ALIGN} {{ pooled_h: 7 pooled_w: 7 }}", (9, 4), "takes regions as Mx5 or 1xMx1x5"),
    ],
)
def test_faults(text: str, regions: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(text, (1, 18, 9, 9), regions)


def test_hard_examples_are_picked_among_the_regions() -> None:
    text = f"{OHEM} {{ roi_per_img: 128 }}"
    bottoms: tuple[Shape, ...] = ((300, 5, 1, 1), (300, 1, 1, 1), (300, 1, 1, 1), (300, 8, 1, 1))
    assert infer(text, *bottoms, tops=2).tops == ((300, 1, 1, 1), (300, 8, 1, 1))
    with pytest.raises(Fault, match="bottom 2 is not one row to each region, of 1 channels"):
        infer(text, *bottoms[:2], (300, 2, 1, 1), bottoms[3], tops=2)
    with pytest.raises(Fault, match="roi_per_img is missing or 0"):
        infer(OHEM + " { }", *bottoms, tops=2)


def test_proposals_of_happynears_fork() -> None:
    text = 'type: "Proposal" proposal_param { post_nms_topn: 100 }'
    bottoms: tuple[Shape, ...] = ((2, 18, 14, 14), (2, 36, 14, 14), (2, 3))
    assert infer(text, *bottoms, tops=2).tops == ((200, 5), (200,))
    xilinx = 'type: "Proposal" proposal_param { nms_output_num: 100 }'
    assert infer(xilinx, *bottoms).tops == (None,)
