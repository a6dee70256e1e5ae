"""DeformableConvolution (unsky/Deformable-ConvNets-caffe: deformable_conv_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer, learned

PARAM = "num_output: 512 kernel_size: 3 pad: 2 dilation: 2 bias_term: false"
TEXT = f'type: "DeformableConvolution" deformable_convolution_param {{ {PARAM} }}'
#: Offsets for 3x3 elements, 2 directions and 4 groups.
OFFSETS = (1, 72, 14, 14)


def test_res5_of_a_deformable_resnet() -> None:
    facts = infer(TEXT, (1, 512, 14, 14), OFFSETS)
    # (14 + 2*2 - (2*(3 - 1) + 1)) / 1 + 1 = 14; group is 4 by default.
    assert facts.tops == ((1, 512, 14, 14),)
    assert learned(facts) == {"weights": (512, 128, 3, 3)}
    assert facts.macs == 14 * 14 * 512 * 128 * 9


def test_faults() -> None:
    check_fault("expected 2 bottoms, got 1", "bottom", TEXT, (1, 512, 14, 14))
    why = "group 4 does not divide 6 bottom channels"
    check_fault(why, "deformable_convolution_param.group", TEXT, (1, 6, 14, 14), OFFSETS)
