"""DenseBlock of senlinuc/caffe_ocr (src/caffe/layers/DenseBlock_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

PARAM = "denseblock_param { numTransition: 8 initChannel: 64 growthRate: 8 }"
TEXT = f'type: "DenseBlock" {PARAM}'


def test_each_transition_adds_channels() -> None:
    facts = infer(TEXT, (1, 64, 16, 140))
    assert facts.tops == ((1, 128, 16, 140),)
    assert facts.macs is None
    # The third block of the same nets: 192 + 8 * 8, whatever initChannel is.
    assert infer(TEXT, (1, 192, 4, 35)).tops == ((1, 256, 4, 35),)
    check_fault("expected 4 axes (N, C, H, W), got 2", "bottom[0]", TEXT, (1, 64))
