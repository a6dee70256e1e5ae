from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, proto
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, infer

RESIZED = "mean_value: 104 mean_value: 117 mean_value: 123 resize_param { height: 300 width: 200 }"


def layer(transform: str, param: str = "batch_size: 64") -> str:
    return f'type: "Data" data_param {{ {param} }} transform_param {{ {transform} }}'


@pytest.mark.parametrize(
    ("transform", "images"),
    [
        ("", (64, None, None, None)),
        ("crop_size: 227", (64, None, 227, 227)),
        ("crop_h: 30 crop_w: 40", (64, None, 30, 40)),
        (RESIZED, (64, 3, 300, 200)),
    ],
)
def test_what_the_parameters_decide(transform: str, images: Shape) -> None:
    facts = infer(layer(transform), tops=2)
    assert (facts.tops, facts.blobs, facts.macs) == ((images, (64,)), (), 0)
    assert infer(layer(transform), tops=1).tops == (images,)


def test_one_of_two_sizes_is_picked_at_random() -> None:
    two = " ".join(f"resize_param {{ height: {s} width: {s} }}" for s in (300, 512))
    assert infer(layer(two)).tops == ((64, None, None, None),)


def test_the_caller_knows_what_is_in_the_database() -> None:
    text = 'layer { name: "d" type: "Data" top: "x" top: "y" data_param { batch_size: 64 } }'
    net = text_format.Parse(text, proto.NetParameter())
    assert infer_shapes(net).blobs == {"x": (64, None, None, None), "y": (64,)}
    assert infer_shapes(net, inputs={"x": (4, 3, 9, 9)}).blobs == {"x": (64, 3, 9, 9), "y": (64,)}


@pytest.mark.parametrize(
    ("transform", "param", "why", "field"),
    [
        ("", 'source: "x"', "batch_size is missing", "data_param.batch_size"),
        ("", "batch_size: 0", "batch_size must be greater than 0", "data_param.batch_size"),
        (
            'mean_file: "m" mean_value: 1',
            "batch_size: 1",
            "both mean_file and mean_value are given; keep one",
            "transform_param.mean_file",
        ),
        (
            "resize_param { height: 7 }",
            "batch_size: 2",
            "resize_param needs a height and a width greater than 0, got 7x0",
            "transform_param.resize_param[0].width",
        ),
        (
            "expand_param { max_expand_ratio: 1 }",
            "batch_size: 2",
            "max_expand_ratio must be greater than 1, got 1",
            "transform_param.expand_param.max_expand_ratio",
        ),
    ],
)
def test_faults(transform: str, param: str, why: str, field: str) -> None:
    check_fault(why, field, layer(transform, param), tops=2)
