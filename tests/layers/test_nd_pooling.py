"""NdPooling of chuckcho/video-caffe (src/caffe/layers/cudnn_ndpooling_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

TWO = "dim: 2 dim: 2 dim: 2"
TEXT = f'type: "NdPooling" pooling_param {{ kernel_shape {{ {TWO} }} stride_shape {{ {TWO} }} }}'


def test_windows_are_rounded_up() -> None:
    assert infer(TEXT, (30, 64, 16, 112, 112)).tops == ((30, 64, 8, 56, 56),)
    assert infer(TEXT, (30, 512, 2, 7, None)).tops == ((30, 512, 1, 4, None),)


def test_each_axis_is_clipped_for_its_own_pad() -> None:
    # pool5 of C3D pads height and width: (7 + 2 - 2) / 2 = 3.5 becomes 4, plus 1 is 5; the fifth
    # window starts at 8 = 7 + 1 and is dropped.
    text = TEXT.replace("stride_shape", "pad_shape { dim: 0 dim: 1 dim: 1 } stride_shape")
    assert infer(text, (30, 512, 2, 7, 7)).tops == ((30, 512, 1, 4, 4),)


def test_global_pooling_has_one_window() -> None:
    text = f'type: "NdPooling" pooling_param {{ kernel_shape {{ {TWO} }} global_pooling: true }}'
    assert infer(text, (30, 512, 2, 7, 9)).tops == ((30, 512, 1, 1, 1),)


def test_faults() -> None:
    why = "kernel_shape has 3 sizes for 2 spatial axes"
    check_fault(why, "pooling_param.kernel_shape", TEXT, (30, 512, 7, 7))
    text = TEXT.replace("dim: 2", "dim: 9", 1)
    why = "kernel 9 does not fit size 2 with pad 0 (axis 2)"
    check_fault(why, "pooling_param.kernel_shape.dim[0]", text, (30, 512, 2, 7, 7))
