"""MaskResize of BestSonny/SSTD (src/caffe/layers/mask_resize_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def text(fields: str) -> str:
    return f'type: "MaskResize" mask_resize_param {{ {fields} }}'


def test_a_size_or_a_factor() -> None:
    size = "output_height: 28 output_width: 30"
    assert infer(text(size), (1, 2, 14, 14)).tops == ((1, 2, 28, 30),)
    # int(15 * 1.5) = 22; the other size is given.
    assert infer(text(f"{size} factor_height: 1.5"), (1, 2, 15, 14)).tops == ((1, 2, 22, 30),)
    unknown = infer(text(f"{size} factor_height: 1.5"), (1, 2, None, 14))
    assert unknown.tops == ((1, 2, None, 30),)
    why = "output_width is missing"
    field = "mask_resize_param.output_width"
    check_fault(why, field, text("output_height: 28 factor_width: 2"), (1, 2, 14, 14))
