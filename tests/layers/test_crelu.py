"""CReLU of Cambricon/caffe (src/caffe/layers/crelu_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_the_channels_are_doubled() -> None:
    assert infer('type: "CReLU"', (2, 24, 7, 7)).tops == ((2, 48, 7, 7),)
    text = 'type: "CReLU" crelu_param { concat_axis: -1 }'
    assert infer(text, (2, 24, 7, None)).tops == ((2, 24, 7, None),)
    assert infer(text, (2, 24, 7, 9)).tops == ((2, 24, 7, 18),)


def test_faults() -> None:
    text = 'type: "CReLU" crelu_param { concat_axis: 4 }'
    why = "concat_axis 4 is out of range: bottom 0 has 4 axes"
    check_fault(why, "crelu_param.concat_axis", text, (2, 24, 7, 7))
    check_fault("does not work in place", "top[0]", 'type: "CReLU"', (2, 3), in_place=[0])
