"""DepthwiseConv: the arithmetic is that of a Convolution with a group per channel."""

from __future__ import annotations

import pytest

from tests.layers.conftest import check_fault, infer, learned


def layer(more: str = "", layer_type: str = "DepthwiseConv") -> str:
    param = f"num_output: 8 kernel_size: 3 stride: 2 pad: 1 {more}"
    return f'type: "{layer_type}" convolution_param {{ {param} }}'


@pytest.mark.parametrize("more", ["", "group: 8"])
def test_one_filter_per_channel(more: str) -> None:
    facts = infer(layer(more), (2, 8, 15, 15))
    assert facts.tops == ((2, 8, 8, 8),)  # (15 + 2 - 3) / 2 + 1
    assert learned(facts) == {"weights": (8, 1, 3, 3), "bias": (8,)}
    assert facts.macs == 2 * 8 * 8 * 8 * 9
    assert facts == infer(layer("group: 8", "Convolution"), (2, 8, 15, 15))


def test_several_filters_per_channel() -> None:
    assert learned(infer(layer(), (2, 4, 15, 15)))["weights"] == (8, 1, 3, 3)
    why = "group 3 does not divide num_output 8"
    check_fault(why, "convolution_param.group", layer(), (2, 3, 15, 15))


def test_unknown_channels() -> None:
    facts = infer(layer(), (2, None, 15, 15))
    assert facts.tops == ((2, 8, 8, 8),)
    assert learned(facts)["bias"] == (8,)
