from __future__ import annotations

import pytest

from protogen import loads
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer

IMAGE = (1, 3, 300, 300)


def layer(param: str) -> str:
    return f'type: "PriorBox" prior_box_param {{ {param} }}'


def priors(param: str, feature_map: Shape) -> Shape:
    (top,) = infer(layer(param), feature_map, IMAGE).tops
    return top


def test_rows_of_a_real_caffe() -> None:
    check_rows("PriorBox")


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
    ("param", "boxes"),
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
def test_boxes_at_a_pixel(param: str, boxes: int) -> None:
    assert priors(param, (1, 8, 1, 1)) == (1, 2, boxes * 4)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("", "min_size is missing", "min_size"),
        ("min_size: 0", "min_size must be greater than 0, got 0", "min_size[0]"),
        (
            "min_size: 1 max_size: 2 max_size: 3",
            "max_size is given 2 times and min_size once",
            "max_size",
        ),
        (
            "min_size: 2 max_size: 2",
            "max_size must be greater than its min_size 2, got 2",
            "max_size[0]",
        ),
        ("min_size: 1 variance: 0.1 variance: 0.2", "variance is given 2 times", "variance"),
        ("min_size: 1 variance: 0", "variance must be greater than 0, got 0", "variance[0]"),
        (
            "min_size: 1 img_size: 300 img_h: 300 img_w: 300",
            "both img_size and img_h are given; keep one",
            "img_h",
        ),
        ("min_size: 1 img_size: 0", "img_size must be greater than 0, got 0", "img_size"),
        ("min_size: 1 step_h: 8", "step_h is given without step_w", "step_h"),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"prior_box_param.{field}", layer(param), (1, 8, 4, 4), IMAGE)


def test_it_needs_an_image_or_its_size() -> None:
    text = layer("min_size: 30 img_size: 300")
    assert infer(text, (1, 8, 1, None)).tops == ((1, 2, None),)
    why = "expected the image as a second bottom, because img_size is not given"
    check_fault(why, "bottom", layer("min_size: 30"), (1, 8, 1, 1))


#: 2, 3 and their inverses: 1 + 4 = 5 ratios in SSD. SSTD counts 5, and the inverses of 4 of them.
RATIOS = "min_size: 30 flip: true aspect_ratio: 2 aspect_ratio: 3"
INVERSES = f"{RATIOS} aspect_ratio: 0.5 aspect_ratio: {1 / 3!r}"


@pytest.mark.parametrize(
    ("other", "param", "boxes"),
    [
        ("Permute", RATIOS, 5),
        ("Permute", INVERSES, 5),
        # prior_box_layer.cpp of BestSonny/SSTD; the type is SSTD's only.
        ("MaskResize", RATIOS, 5),
        ("MaskResize", INVERSES, 9),
        ("MaskResize", INVERSES.replace("true", "false"), 5),
    ],
)
def test_the_inverse_ratios_in_sstd(other: str, param: str, boxes: int) -> None:
    net = loads(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 8, 4, 4] } } }'
        f'layer {{ name: "o" type: "{other}" bottom: "x" top: "o" }}'
        f'layer {{ name: "p" bottom: "x" bottom: "x" top: "p" {layer(param)} }}'
    )
    assert net.analysis().blobs["p"] == (1, 2, 4 * 4 * boxes * 4)
