"""SpatialTransformer (daerduoCarey/SpatialTransformerLayer: src/caffe/layers/st_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def text(fields: str = "") -> str:
    return f'type: "SpatialTransformer" st_param {{ {fields} }}'


def test_the_size_is_given_or_that_of_the_bottom() -> None:
    image = (64, 3, 224, 220)
    assert infer(text(), image, (64, 6)).tops == ((64, 3, 224, 220),)
    assert infer(text("output_H: 28 output_W: 30"), image, (64, 6)).tops == ((64, 3, 28, 30),)
    assert infer(text("output_H: 28"), (None, 3, 224, None), (64, 6)).tops == ((None, 3, 28, None),)


def test_fixed_numbers_are_not_in_the_bottom() -> None:
    # The net for CUB: theta_1_2 and theta_2_1 are fixed at 0.
    fixed = text("theta_1_1: 0.5 theta_1_2: 0.0 theta_2_1: 0.0 theta_2_2: 0.5")
    assert infer(fixed, (8, 3, 9, 9), (8, 2)).tops == ((8, 3, 9, 9),)
    why = "expected 2 numbers of the transformation for each item, got 6: bottom 1 is 8x6"
    check_fault(why, "bottom[1]", fixed, (8, 3, 9, 9), (8, 6))


def test_faults() -> None:
    why = "expected 6 numbers of the transformation for each item, got 12"
    check_fault(why, "bottom[1]", text(), (8, 3, 9, 9), (8, 6, 2))
    why = 'sampler_type must be "bilinear", got "nearest"'
    nearest = text('sampler_type: "nearest"')
    check_fault(why, "st_param.sampler_type", nearest, (8, 3, 9, 9), (8, 6))
    check_fault("expected 4 axes", "bottom[0]", text(), (8, 3), (8, 6))
