"""The spellings of a convolution with one filter to each channel."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from tests.layers.conftest import infer, learned

PARAM = "convolution_param { num_output: 8 kernel_size: 3 stride: 2 pad: 1 %s }"


@pytest.mark.parametrize(
    ("spelling", "more"),
    [
        ("ConvolutionDepthwise", ""),
        ("ConvolutionDepthwise", "group: 8"),
        ("DepthwiseConv", ""),
        ("DepthwiseConvolution", "group: 8"),
        ("Convolution", "group: 8"),
    ],
)
def test_a_filter_to_each_channel(spelling: str, more: str) -> None:
    facts = infer(f'type: "{spelling}" {PARAM % more}', (2, 8, 15, 15))
    assert facts.tops == ((2, 8, 8, 8),)
    assert learned(facts) == {"weights": (8, 1, 3, 3), "bias": (8,)}
    assert facts.macs == 2 * 8 * 8 * 8 * 9


def test_without_a_group_depthwise_convolution_is_a_plain_one() -> None:
    facts = infer(f'type: "DepthwiseConvolution" {PARAM % ""}', (2, 8, 15, 15))
    assert learned(facts)["weights"] == (8, 8, 3, 3)


def test_several_filters_to_each_channel() -> None:
    facts = infer(f'type: "ConvolutionDepthwise" {PARAM % ""}', (2, 4, 15, 15))
    assert learned(facts)["weights"] == (8, 1, 3, 3)


def test_filters_must_be_as_many_for_each_channel() -> None:
    with pytest.raises(Fault, match="group 3 does not divide num_output 8"):
        infer(f'type: "ConvolutionDepthwise" {PARAM % ""}', (2, 3, 15, 15))


def test_unknown_channels() -> None:
    facts = infer(f'type: "ConvolutionDepthwise" {PARAM % ""}', (2, None, 15, 15))
    assert facts.tops == ((2, 8, 8, 8),)
    assert learned(facts)["bias"] == (8,)
