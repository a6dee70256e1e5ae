"""Convolution3D of facebook/C3D (C3D-v1.1/src/caffe/layers/convolution3d_layer.cpp).

The nets of C3D give the shapes: 16 frames of 112x112, kernel 3x3x3 with pad 1.
"""

from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, infer, learned

PARAM = "num_output: 64 kernel_size: 3 kernel_depth: 3 pad: 1 temporal_pad: 1"
TEXT = f'type: "Convolution3D" convolution3d_param {{ {PARAM} }}'
#: As nets of C3D's first version are after the upgrade.
OLDER = f'type: "Convolution3D" convolution_param {{ {PARAM} }}'
CLIPS = (30, 3, 16, 112, 112)


@pytest.mark.parametrize("text", [TEXT, OLDER])
def test_the_first_layer_of_c3d(text: str) -> None:
    facts = infer(text, CLIPS)
    assert facts.tops == ((30, 64, 16, 112, 112),)
    assert learned(facts) == {"weights": (64, 3, 3, 3, 3), "bias": (1, 1, 1, 1, 64)}
    assert facts.macs == 30 * 16 * 112 * 112 * 64 * 3 * 27


def test_time_and_space_have_strides_of_their_own() -> None:
    # conv1_custom of c3d_resnet18: (8 + 2*1 - 3) / 1 + 1 = 8 and (112 + 2*3 - 7) / 2 + 1 = 56
    param = "num_output: 64 kernel_size: 7 kernel_depth: 3 stride: 2 pad: 3 temporal_pad: 1"
    text = f'type: "Convolution3D" convolution3d_param {{ {param} bias_term: false }}'
    facts = infer(text, (1, 3, 8, 112, 112))
    assert facts.tops == ((1, 64, 8, 56, 56),)
    assert learned(facts) == {"weights": (64, 3, 3, 7, 7)}
    assert infer(text, (1, 3, None, 112, None)).tops == ((1, 64, None, 56, None),)


def test_faults() -> None:
    check_fault("expected 5 axes (N, C, frames, H, W), got 4", "bottom[0]", TEXT, (1, 3, 9, 9))
    text = 'type: "Convolution3D" convolution3d_param { num_output: 8 kernel_size: 3 }'
    check_fault("kernel_depth is missing", "convolution3d_param.kernel_depth", text, CLIPS)
    why = "kernel 3 does not fit size 1 with pad 0 (axis 2): the top would have size -1"
    text = TEXT.replace("temporal_pad: 1", "")
    check_fault(why, "convolution3d_param.kernel_depth", text, (1, 3, 1, 9, 9))
    text = TEXT.replace("pad: 1", "pad: 1 filter_group: 3", 1)
    why = "filter_group 3 does not divide num_output 64"
    check_fault(why, "convolution3d_param.filter_group", text, CLIPS)
    text = OLDER.replace("num_output: 64", 'num_output: 64 weight_filler { type: "xaver" }')
    why = 'weight_filler: unknown filler type "xaver"'
    check_fault(why, "convolution_param.weight_filler", text, CLIPS)
