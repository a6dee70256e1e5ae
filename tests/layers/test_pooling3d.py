"""Pooling3D of facebook/C3D (C3D-v1.1/src/caffe/layers/pool3d_layer.cpp)."""

from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, infer

PARAM = "kernel_size: 2 kernel_depth: 2 stride: 2 temporal_stride: 2"


@pytest.mark.parametrize("message", ["pooling3d_param", "pooling_param"])
def test_the_poolings_of_c3d(message: str) -> None:
    text = f'type: "Pooling3D" {message} {{ pool: MAX {PARAM} }}'
    assert infer(text, (30, 64, 16, 112, 112)).tops == ((30, 64, 8, 56, 56),)
    # pool5 of C3D rounds up: (7 - 2) / 2 = 2.5 becomes 3, plus 1
    assert infer(text, (30, 512, 2, 7, 7)).tops == ((30, 512, 1, 4, 4),)
    assert infer(text, (30, None, None, 7, 7)).tops == ((30, None, None, 4, 4),)


def test_faults() -> None:
    text = f'type: "Pooling3D" pooling3d_param {{ {PARAM} pad: 1 }}'
    check_fault("pad works with AVE pooling only", "pooling3d_param.pad", text, (1, 1, 4, 4, 4))
    assert infer(text.replace("pad: 1", "pad: 1 pool: AVE"), (1, 1, 4, 4, 4)).tops == (
        (1, 1, 2, 3, 3),
    )
    check_fault("expected 5 axes", "bottom[0]", text, (1, 1, 4, 4))
    text = text.replace("kernel_depth: 2", "")
    check_fault("kernel_depth is missing", "pooling3d_param.kernel_depth", text, (1, 1, 4, 4, 4))
