"""Crops composed with ``offset="aligned"``: the offset that pycaffe's ``coord_map`` computes."""

from __future__ import annotations

import pytest

from protogen import ComposeError, Net
from protogen import layers as L


def offsets(net: Net) -> tuple[int, list[int]]:
    """The axis and the offset of the layer composed last."""
    param = net.message.layer[-1].crop_param
    return param.axis, list(param.offset)


def test_the_offset_is_written() -> None:
    # Kernel 3 with pad 9 begins at element -8.
    with Net("n") as net:
        data = L.Input(shape=[1, 3, 20, 20], name="data")
        conv = L.Convolution(data, num_output=4, kernel_size=3, pad=9, name="conv")
        crop = L.Crop(conv, data, offset="aligned", name="crop")
    assert offsets(net) == (2, [8])
    assert crop.shape == (1, 4, 20, 20)


def test_one_offset_for_each_axis() -> None:
    with Net("n") as net:
        data = L.Input(shape=[1, 3, 20, 20], name="data")
        conv = L.Convolution(data, num_output=4, kernel_size=[3, 5], pad=3, name="conv")
        L.Crop(conv, data, offset="aligned", axis=2, name="crop")
    assert offsets(net) == (2, [2, 1])


def test_the_phase_that_is_composed() -> None:
    with Net("n") as net:
        data = L.Input(shape=[1, 3, 20, 20], name="data")
        for phase, pad in (("TRAIN", 3), ("TEST", 5)):
            with net.phase(phase):
                conv = L.Convolution(
                    data, num_output=4, kernel_size=3, pad=pad, name="conv", top="conv"
                )
                L.Crop(conv, data, offset="aligned", name="crop", top="crop")
                assert offsets(net) == (2, [pad - 1])


def test_no_crop_aligns_the_blobs() -> None:
    with Net("n") as net:
        data = L.Input(shape=[1, 3, 20, 20], name="data")
        conv = L.Convolution(data, num_output=4, kernel_size=3, name="conv")
        with pytest.raises(
            ComposeError,
            match='the aligned offset is -1, because "conv" begins 1 element inside "data"',
        ):
            L.Crop(conv, data, offset="aligned", name="crop")
    assert [layer.name for layer in net.message.layer] == ["data", "conv"]


def test_an_axis_that_is_not_aligned() -> None:
    with Net("n"):
        data = L.Input(shape=[1, 3, 20, 20], name="data")
        conv = L.Convolution(data, num_output=4, kernel_size=3, pad=3, name="conv")
        with pytest.raises(ComposeError, match='offset="aligned" needs axis 2, got 1'):
            L.Crop(conv, data, offset="aligned", axis=1, name="crop")


def test_one_bottom_is_missing() -> None:
    with Net("n"):
        data = L.Input(shape=[1, 3, 20, 20], name="data")
        with pytest.raises(ComposeError, match="expected 2 bottoms, got 1"):
            L.Crop(data, offset="aligned", name="crop")


def test_another_word_is_no_offset() -> None:
    with Net("n"):
        data = L.Input(shape=[1, 3, 20, 20], name="data")
        with pytest.raises(ComposeError, match="offset must be an integer, got 'middle'"):
            L.Crop(data, data, offset="middle", name="crop")
