from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(param: str) -> str:
    return f'type: "DummyData" dummy_data_param {{ {param} }}'


def dummy(param: str, tops: int = 2) -> tuple[Shape, ...]:
    return infer(layer(param), tops=tops).tops


def test_rows_of_a_real_caffe() -> None:
    check_rows("DummyData")


def test_shapes_for_all_tops_or_for_each() -> None:
    assert dummy("shape { dim: 2 dim: 3 }") == ((2, 3), (2, 3))
    assert dummy("shape { dim: 2 } shape { }") == ((2,), ())
    assert dummy("num: 1 num: 2 channels: 3 height: 4 width: 5 width: 6") == (
        (1, 3, 4, 5),
        (2, 3, 4, 6),
    )


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        ("", "shape is given 0 times for 2 tops", "shape"),
        ("num: 1 channels: 1 height: 1", "width is given 0 times for 2 tops", "width"),
        ("num: 1 shape { dim: 1 }", "both shape and num are given; keep shape", "num"),
        (
            "shape { dim: 1 } " + "data_filler { } " * 3,
            "data_filler is given 3 times for 2 tops",
            "data_filler",
        ),
        (
            'shape { dim: 1 } data_filler { type: "gausian" }',
            'unknown filler type "gausian"; did you mean "gaussian"?',
            "data_filler[0].type",
        ),
        (
            'shape { dim: 1 } data_filler { } data_filler { type: "constant" sparse: 1 }',
            'filler "constant" does not support sparse',
            "data_filler[1].sparse",
        ),
        ("shape { dim: 2 } shape { dim: 0 }", "a blob of 0 has no elements to fill", "shape[1]"),
        (
            "shape { dim: 2 } shape { dim: -3 }",
            "top 1 would be -3, which has a negative size",
            "shape[1]",
        ),
        ("num: 0 channels: 1 height: 1 width: 1", "a blob of 0x1x1x1 has no elements", "num[0]"),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"dummy_data_param.{field}", layer(param), tops=2)


def test_only_constant_fillers_run_at_set_up() -> None:
    assert dummy('shape { dim: 0 } data_filler { type: "gaussian" std: 0 }', 1) == ((0,),)
