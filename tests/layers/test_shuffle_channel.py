"""ShuffleChannel of ShuffleNet (shuffle_channel_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer

MAPS = (1, 240, 28, 28)


def layer(group: int) -> str:
    return f'type: "ShuffleChannel" shuffle_channel_param {{ group: {group} }}'


def test_it_keeps_the_shape() -> None:
    assert infer(layer(3), MAPS).tops == (MAPS,)


def test_faults() -> None:
    field = "shuffle_channel_param.group"
    check_fault("group 7 does not divide 240 bottom channels", field, layer(7), MAPS)
    check_fault("group must be greater than 0, got 0", field, layer(0), MAPS)
