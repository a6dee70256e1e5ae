"""Crop offsets: against pycaffe's ``coord_map``, and worked out by hand where that gives up."""

from __future__ import annotations

import re

import pytest

import protogen
from protogen import layers as L
from protogen.schema import LayerSchema
from tests.checks.conftest import image
from tests.conftest import rows

ROWS = {row["id"]: row for row in rows("crop_offsets.jsonl.gz")}
ANSWERED = [name for name, row in ROWS.items() if row.get("crop")]

#: What is right where coord_map gives up or misreads a field, worked out by hand.
OTHERS = {
    # A ReLU and a Sigmoid of the same blob keep the places of all elements.
    "pointwise_only": (2, [0]),
    # kernel_h and kernel_w of 3, no pad: the first window's middle is element 1.
    "legacy_hw": "offset is -1, because",
    # coord_map does not read pad_h and pad_w; kernel 3 with pad 2 begins at element -1.
    "nested_hw_ignored": (2, [1]),
    # A Swish keeps places, too: kernel 3 with pad 3 begins at element -2.
    "swish_unknown": (2, [2]),
    "global_pooling": 'ends at "c" (Pooling)',
    "through_ip": 'ends at "f" (InnerProduct)',
    "scale_mismatch": 'one element of "c" spans 2 of "data"',
    "noninteger": "is 0.5, which is not an integer",
    # The negative offsets are the shifts that coord_map gives.
    "fcn-1": 'offset is -13, because "up" begins 13 elements inside "pool1_n"',
    "fcn-3": "is -7.5, which is not an integer",
    "fcn-5": "is -5.5, which is not an integer",
    "fcn-7": "offset is -4, because",
    "fcn-9": "offset is -5, because",
    "fcn-11": "is -0.5, which is not an integer",
}


def offset(name: str) -> tuple[int, list[int]]:
    row = ROWS[name]
    return protogen.crop_offset(protogen.loads(row["prototxt"]), row["from"], row["to"])


@pytest.mark.parametrize("name", ANSWERED)
def test_the_answers_of_coord_map(name: str) -> None:
    wanted = ROWS[name]["crop"]
    assert offset(name) == (wanted["axis"], wanted["offset"])


@pytest.mark.parametrize("name", OTHERS)
def test_where_coord_map_gives_up(name: str) -> None:
    wanted = OTHERS[name]
    if isinstance(wanted, str):
        with pytest.raises(protogen.ProtogenError, match=re.escape(wanted)):
            offset(name)
    else:
        assert offset(name) == wanted


def test_every_row_is_looked_at() -> None:
    assert len(ANSWERED) + len(OTHERS) == len(ROWS) == 39


def test_fcn_32s() -> None:
    with protogen.Net("fcn-32s") as net:
        data = L.Input(shape=[1, 3, 500, 500], name="data")
        x = L.Convolution(data, num_output=4, kernel_size=3, pad=100, name="conv1_1")
        for _ in range(5):
            x = L.Pooling(x, kernel_size=2, stride=2)
        x = L.Convolution(x, num_output=4, kernel_size=7, name="fc6")
        up = L.Deconvolution(x, num_output=2, kernel_size=64, stride=32, name="upscore")
    assert protogen.crop_offset(net, up, data) == (2, [19])
    assert protogen.crop_offset(net.to_proto(), "upscore", "data") == (2, [19])


def test_sizes_need_not_be_known() -> None:
    with protogen.Net("unknown") as net:
        data = L.Data(source="db", batch_size=1, name="data")
        conv = L.Convolution(data, num_output=4, kernel_size=3, name="conv")
    assert protogen.crop_offset(net, data, conv) == (2, [1])


# Layers ----------------------------------------------------------------------------------------


def test_repeated_pixels() -> None:
    # Pooling puts the middle of pixel i at 2i + 0.5. Of the two pixels that it is repeated to, the
    # first lies a quarter of it earlier: at 2i.
    with protogen.Net("up") as net:
        data = L.Input(shape=[1, 1, 8, 8], name="data")
        up = L.Upsample(L.Pooling(data, kernel_size=2, stride=2), scale=2, name="up")
    assert protogen.crop_offset(net, up, data) == (2, [0])


def test_aligned_corners() -> None:
    # The windows of 9 lie at 0, 2, 4, 6, 8; Interp puts 9 pixels from 0 to 8.
    with protogen.Net("interp") as net:
        data = L.Input(shape=[1, 1, 9, 9], name="data")
        conv = L.Convolution(data, num_output=1, kernel_size=1, stride=2)
        up = L.Interp(conv, height=9, width=9, name="up")
        cropped = L.Interp(data, pad_beg=-2, pad_end=-2, height=5, width=5, name="cropped")
    assert protogen.crop_offset(net, up, data) == (2, [0])
    assert protogen.crop_offset(net, data, cropped) == (2, [2])


def test_concatenated_and_sliced_channels() -> None:
    with protogen.Net("joined") as net:
        data = L.Input(shape=[1, 4, 9, 9], name="data")
        conv = L.Convolution(data, num_output=4, kernel_size=5, name="conv")
        half, _ = L.Slice(L.Concat(conv, conv), slice_point=4, name="halves")
    assert protogen.crop_offset(net, data, half) == (2, [2])


def test_only_the_image_of_a_scale_counts() -> None:
    with protogen.Net("se") as net:
        data = L.Input(shape=[1, 4, 9, 9], name="data")
        weights = L.Flatten(L.Pooling(data, pool="AVE", global_pooling=True))
        scaled = L.Scale(data, weights, axis=0)
        conv = L.Convolution(scaled, num_output=4, kernel_size=3, name="conv")
    assert protogen.crop_offset(net, data, conv) == (2, [1])


def test_every_layer_that_keeps_its_shape_keeps_places() -> None:
    moved = set()
    for schema in protogen.layers.all_types():
        keeps_shape = type(schema).top_shapes is LayerSchema.top_shapes
        if keeps_shape and not schema.elementwise:
            moved.add(schema.type)
    # A Reverse moves its elements, and a Silence has no top.
    assert moved == {"Reverse", "Silence"}


@pytest.mark.parametrize(
    "layer",
    [
        # All 9 pixels would lie in one place.
        "type: 'Interp' interp_param { height: 9 width: 9 pad_beg: -9 pad_end: -10 }",
        # Caffe divides by the other stride, which is then 0.
        "type: 'Convolution' convolution_param { num_output: 1 kernel_size: 1 stride_h: 1 }",
        "type: 'Deconvolution' convolution_param { num_output: 1 kernel_size: 1 stride_h: 1 }",
        "type: 'NoSuchLayer'",
    ],
)
def test_layers_that_keep_no_places(layer: str) -> None:
    net = protogen.loads(image(1, 20) + f"layer {{ name: 'x' bottom: 'data' top: 'x' {layer} }}")
    with pytest.raises(protogen.ProtogenError, match='"x" and "data" are not connected'):
        protogen.crop_offset(net, "x", "data")


# Paths -----------------------------------------------------------------------------------------


def forked(kernel: int, pad: int) -> protogen.Net:
    """A sum of two convolutions with stride 2, upsampled again; one of them has kernel 2."""
    with protogen.Net("forked") as net:
        data = L.Input(shape=[1, 4, 20, 20], name="data")
        one = L.Convolution(data, num_output=4, kernel_size=2, stride=2, name="one")
        other = L.Convolution(
            data, num_output=4, kernel_size=kernel, pad=pad, stride=2, name="other"
        )
        added = L.Eltwise(one, other, name="sum")
        L.Deconvolution(added, num_output=4, kernel_size=2, stride=2, name="up")
    return net


def test_paths_that_agree() -> None:
    # The first window of kernel 2 is around 0.5, and so is that of kernel 4 with pad 1. The
    # Deconvolution takes this 0.5 off again.
    assert protogen.crop_offset(forked(kernel=4, pad=1), "up", "data") == (2, [0])


def test_paths_that_disagree() -> None:
    # The first window of kernel 3 with pad 1 is around 0.
    with pytest.raises(
        protogen.ProtogenError,
        match=r'"up" to "data" disagree: the offset is 0 through "one" and 0\.5 through "other"',
    ):
        protogen.crop_offset(forked(kernel=3, pad=1), "up", "data")


def test_the_phase_that_has_both_blobs() -> None:
    with protogen.Net("phases") as net:
        data = L.Input(shape=[1, 4, 20, 20], name="data")
        with net.phase("TRAIN"):
            L.Convolution(data, num_output=4, kernel_size=3, name="conv")
    assert protogen.crop_offset(net, "data", "conv") == (2, [1])
    with pytest.raises(protogen.ProtogenError, match='no layer produces a blob "conv"'):
        protogen.crop_offset(net, "data", "conv", phase="TEST")


def test_blobs_of_different_images() -> None:
    with protogen.Net("two") as net:
        L.Input(shape=[1, 4, 20, 20], name="a")
        L.Input(shape=[1, 4, 20, 20], name="b")
    with pytest.raises(
        protogen.ProtogenError, match=r'^error\[S115\] "a" and "b" are not connected'
    ):
        protogen.crop_offset(net, "a", "b")
    with pytest.raises(protogen.ProtogenError, match='blob "c"'):
        protogen.crop_offset(net, "a", "c")
