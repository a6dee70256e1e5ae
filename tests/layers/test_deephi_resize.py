"""DeephiResize of Xilinx's Caffe (src/caffe/layers/deephi_resize_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def text(fields: str) -> str:
    return f'type: "DeephiResize" deephi_resize_param {{ {fields} }}'


def test_a_size_or_a_scale() -> None:
    assert infer(text("new_height: 26 new_width: 30"), (1, 8, 13, 13)).tops == ((1, 8, 26, 30),)
    assert infer(text("scale_h: 2 scale_w: 1.5"), (1, 8, 13, 13)).tops == ((1, 8, 26, 19),)
    assert infer(text(""), (1, 8, None, 13)).tops == ((1, 8, None, 13),)
    why = "new_width is missing"
    check_fault(why, "deephi_resize_param.new_width", text("new_height: 26"), (1, 8, 13, 13))
