"""DepthwiseConvolution: the arithmetic is that of Convolution, and ``group`` has to be written."""

from __future__ import annotations

from tests.layers.conftest import infer, learned


def layer(more: str = "", layer_type: str = "DepthwiseConvolution") -> str:
    param = f"num_output: 8 kernel_size: 3 stride: 2 pad: 1 {more}"
    return f'type: "{layer_type}" convolution_param {{ {param} }}'


def test_one_filter_per_channel() -> None:
    facts = infer(layer("group: 8"), (2, 8, 15, 15))
    assert facts.tops == ((2, 8, 8, 8),)  # (15 + 2 - 3) / 2 + 1
    assert learned(facts) == {"weights": (8, 1, 3, 3), "bias": (8,)}
    assert facts.macs == 2 * 8 * 8 * 8 * 9
    assert facts == infer(layer("group: 8", "Convolution"), (2, 8, 15, 15))


def test_without_a_group_it_is_an_ordinary_convolution() -> None:
    assert learned(infer(layer(), (2, 8, 15, 15)))["weights"] == (8, 8, 3, 3)
