"""Deconvolution3D of facebook/C3D (C3D-v1.1/src/caffe/layers/deconvolution3d_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import infer, learned


def test_a_voxel_to_voxel_net() -> None:
    # stride 2, kernel 4, pad 1: 2 * (14 - 1) - 2 + 4 = 28, and 2 * (4 - 1) - 2 + 4 = 8 frames
    param = "num_output: 64 kernel_size: 4 kernel_depth: 4 stride: 2 temporal_stride: 2"
    text = f'type: "Deconvolution3D" convolution3d_param {{ {param} pad: 1 temporal_pad: 1 }}'
    facts = infer(text, (2, 256, 4, 14, 14))
    assert facts.tops == ((2, 64, 8, 28, 28),)
    assert learned(facts) == {"weights": (256, 64, 4, 4, 4), "bias": (1, 1, 1, 1, 64)}
    assert facts.macs == 2 * 4 * 14 * 14 * 256 * 64 * 64
