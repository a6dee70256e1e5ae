"""Local of happynear/caffe-windows (src/caffe/layers/local_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer, learned

PARAM = "local_param { num_output: 64 kernel_size: 3 stride: 1 pad: 1 }"


def test_each_place_has_a_filter_of_its_own() -> None:
    # (8 + 2*1 - 3) / 1 + 1 = 8 by 10 places, and 32 * 3 * 3 = 288 weights at each
    facts = infer(f'type: "Local" {PARAM}', (2, 32, 8, 10))
    assert facts.tops == ((2, 64, 8, 10),)
    assert learned(facts) == {"weights": (64, 1, 288, 80), "bias": (1, 1, 64, 80)}
    assert facts.macs == 2 * 64 * 288 * 80


def test_faults() -> None:
    text = f'type: "Local" {PARAM.replace("kernel_size: 3", "kernel_size: 11")}'
    why = "kernel 11 does not fit size 8 with pad 1 (axis 2): the top would have size 0"
    check_fault(why, "local_param.kernel_size", text, (2, 32, 8, 10))
    check_fault("num_output is missing", "local_param.num_output", 'type: "Local"', (2, 32, 8, 10))
