from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("BatchNorm")


@pytest.mark.parametrize("bottom", [(6, 5, 7, 6), (7, 4), (5, 3, 2, 4, 6), (None, 8, None)])
def test_three_statistics_and_the_bottoms_shape(bottom: Shape) -> None:
    facts = infer('type: "BatchNorm"', bottom, in_place=[0])
    assert facts.tops == (bottom,)
    assert bottom is not None
    assert [blob.shape for blob in facts.blobs] == [(bottom[1],), (bottom[1],), (1,)]


@pytest.mark.parametrize(
    ("text", "bottom", "why", "field"),
    [
        ("", (2,), "expected at least 2 axes (batch, channels), got 1", "bottom[0]"),
        ("", (2, 3, 0), "bottom 0 is 2x3x0, which has no elements", "bottom[0]"),
        ("param { }", (2, 3), "cannot be trained, but param 0 has lr_mult 1", "param[0].lr_mult"),
        (
            "param { lr_mult: 0 } param { lr_mult: 0.5 }",
            (2, 3),
            "param 1 has lr_mult 0.5",
            "param[1].lr_mult",
        ),
    ],
)
def test_faults(text: str, bottom: Shape, why: str, field: str) -> None:
    check_fault(why, field, f'type: "BatchNorm" {text}', bottom)


def test_answers_for_other_multipliers_are_not_confused() -> None:
    assert infer('type: "BatchNorm" param { lr_mult: 0 }', (4, 3)).tops == ((4, 3),)
    check_fault("lr_mult 2", "param[0].lr_mult", 'type: "BatchNorm" param { lr_mult: 2 }', (4, 3))


@pytest.mark.parametrize(
    ("param", "names"),
    [
        ("scale_bias: true", ["scale", "bias"]),  # NVIDIA's fork
        ("scale_filler { value: 1 }", ["scale", "bias"]),
        ("bias_filler { value: 0 }", ["scale", "bias"]),
        ("scale_bias: false", []),
        ("filler { value: 1 } bias_filler { value: 0 }", []),  # Intel's, without MKL
        ("filler { value: 1 } engine: MKL2017", ["scale", "bias"]),
        ("bias_term: false engine: MKLDNN", ["scale"]),
        ("use_weight_bias: false engine: MKLDNN", []),
    ],
)
def test_forks_learn_scale_and_bias_too(param: str, names: list[str]) -> None:
    facts = infer(f'type: "BatchNorm" batch_norm_param {{ {param} }}', (2, 3, 4, 5))
    assert [blob.name for blob in facts.blobs[3:]] == names
    assert all(blob.shape == (3,) for blob in facts.blobs[3:])


def test_nvidias_fork_sets_the_multipliers_itself_but_needs_four_axes() -> None:
    text = 'type: "BatchNorm" batch_norm_param { scale_bias: true } param { lr_mult: 1 }'
    assert infer(text, (2, 3, 4, 5)).tops == ((2, 3, 4, 5),)
    check_fault("expected at least 4 axes, got 2: bottom 0 is 2x3", "bottom[0]", text, (2, 3))
