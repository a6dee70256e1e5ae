"""Receptive fields: a real Caffe whose input was changed, published sizes, and sizes by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import protogen
from protogen.reports.images import default_source
from protogen.reports.receptive_field import UnclearField, fields
from tests.conftest import rows

ROWS = rows("receptive_field.jsonl.gz")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_element_sees_what_it_saw_in_a_real_caffe(row: dict[str, Any]) -> None:
    net = protogen.loads(row["prototxt"])
    assert row["rows"]
    for each in row["rows"]:
        field = protogen.receptive_field(net, each["blob"], to=each["input"])
        for axis, expected in each.get("axes", {}).items():
            found = [extent and list(extent) for extent in field.extent(int(axis))]
            assert found == expected, (each["blob"], axis)
        for element in each["elements"]:
            box = field.at(*element["index"])
            assert (box and list(box)) == element["extent"], (each["blob"], element)


def image(size: int, channels: int = 2, batch: int = 1) -> str:
    shape = f"dim: {batch} dim: {channels} dim: {size} dim: {size}"
    param = f"input_param {{ shape {{ {shape} }} }}"
    return f'layer {{ name: "data" type: "Input" top: "data" {param} }}\n'


def layer(name: str, kind: str, bottom: str, param: str = "") -> str:
    bottoms = " ".join(f'bottom: "{each}"' for each in bottom.split())
    return f'layer {{ name: "{name}" type: "{kind}" {bottoms} top: "{name}" {param} }}\n'


def vgg16() -> str:
    text, bottom = image(224, 3), "data"
    for block, convolutions in enumerate((2, 2, 3, 3, 3), 1):
        for index in range(convolutions):
            name = f"conv{block}_{index + 1}"
            param = "convolution_param { num_output: 2 kernel_size: 3 pad: 1 }"
            text += layer(name, "Convolution", bottom, param)
            bottom = name
        text += layer(
            f"pool{block}", "Pooling", bottom, "pooling_param { kernel_size: 2 stride: 2 }"
        )
        bottom = f"pool{block}"
    return text


def test_vgg_16_as_published() -> None:
    # Araujo, Norris & Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks".
    field = protogen.receptive_field(protogen.loads(vgg16()), "pool5")
    assert [(axis.size, axis.stride, axis.padding) for axis in field.axes] == [(212, 32, 90)] * 2
    assert field.axes[0].center == Fraction(31, 2)
    assert field.constant
    assert not field.whole


def test_the_text() -> None:
    text = image(9) + layer(
        "c", "Convolution", "data", "convolution_param { num_output: 2 kernel_size: 3 pad: 1 }"
    )
    text += layer("f", "InnerProduct", "c", "inner_product_param { num_output: 5 }")
    net = protogen.loads(text)
    assert str(protogen.receptive_field(net, "c")) == (
        'each element of "c" (1x2x9x9) sees of "data" (1x2x9x9):\n'
        "  height: 3 elements, stride 1, effective padding 1, middle of the first at 0\n"
        "  width: 3 elements, stride 1, effective padding 1, middle of the first at 0"
    )
    assert str(protogen.receptive_field(net, "f")) == (
        'each element of "f" (1x5) sees of "data" (1x2x9x9):\n'
        "  height: all of it\n  width: all of it"
    )


def test_a_box_has_first_last_and_size() -> None:
    param = "convolution_param { num_output: 2 kernel_h: 3 kernel_w: 5 pad_h: 1 pad_w: 0 }"
    net = protogen.loads(image(9) + layer("c", "Convolution", "data", param))
    box = protogen.receptive_field(net, "c").at(0, 2)
    assert box is not None
    assert (tuple(box), box.first, box.last, box.size) == ((0, 2, 1, 6), (0, 2), (1, 6), (2, 5))


def test_three_spatial_axes() -> None:
    text = (
        'layer { name: "data" type: "Input" top: "data"'
        " input_param { shape { dim: 1 dim: 1 dim: 7 dim: 8 dim: 9 } } }\n"
    )
    param = "convolution_param { num_output: 1 kernel_size: 3 stride: 2 pad: 1 }"
    field = protogen.receptive_field(
        protogen.loads(text + layer("c", "Convolution", "data", param)), "c"
    )
    assert field.at(0, 1, 3) == (0, 1, 5, 1, 3, 7)
    assert field.extent(4) == [(0, 1), (1, 3), (3, 5), (5, 7), (7, 8)]


def test_channels_of_groups_are_apart() -> None:
    # 4 channels in 2 groups: each half of the top reads its half of the bottom. So the first half
    # is 3 wide, and the other one, from a 5x5 convolution, is 5 wide.
    small = "convolution_param { num_output: 2 kernel_size: 3 pad: 1 }"
    large = "convolution_param { num_output: 2 kernel_size: 5 pad: 2 }"
    text = image(9) + layer("a", "Convolution", "data", small)
    text += layer("b", "Convolution", "data", large) + layer("j", "Concat", "a b")
    grouped = "convolution_param { num_output: 4 kernel_size: 1 group: 2 }"
    text += layer("g", "Convolution", "j", grouped)
    field = protogen.receptive_field(protogen.loads(text), "g")
    assert field.at(0, 4, 4) == (3, 3, 5, 5)
    assert field.at(3, 4, 4) == (2, 2, 6, 6)
    assert field.at(4, 4) == (2, 2, 6, 6)


def test_a_flattened_pixel_keeps_its_place() -> None:
    # Pixel (1, 2) of channel 1 of 2x3x3 is element 9 + 3 + 2 = 14.
    text = image(3) + layer("f", "Flatten", "data")
    assert protogen.receptive_field(protogen.loads(text), "f").at(14) == (1, 2, 1, 2)


def test_permuted_axes() -> None:
    order = "permute_param { order: 0 order: 2 order: 3 order: 1 }"
    field = protogen.receptive_field(
        protogen.loads(image(3) + layer("p", "Permute", "data", order)), "p"
    )
    assert field.at(1, 2, 0) == (1, 2, 1, 2)


def test_a_reshape_that_splits_an_axis_is_not_guessed() -> None:
    shape = "reshape_param { shape { dim: 1 dim: 2 dim: 2 dim: 2 dim: 4 } }"
    net = protogen.loads(image(4) + layer("r", "Reshape", "data", shape))
    with pytest.raises(
        protogen.ProtogenError,
        match=r'S116.*what "r" sees of "data" is unknown: layer "r" \(Reshape\) mixes axes',
    ):
        protogen.receptive_field(net, "r")


def test_batch_norm_in_training_sees_the_whole_batch() -> None:
    net = protogen.loads(image(4, batch=3) + layer("n", "BatchNorm", "data"))
    assert protogen.receptive_field(net, "n").at(1, 1) == (1, 1, 1, 1)
    assert protogen.receptive_field(net, "n", phase="TRAIN").at(1, 1) == (0, 0, 3, 3)


def test_a_scale_by_another_blob_sees_what_that_sees() -> None:
    text = image(4) + layer("g", "Pooling", "data", "pooling_param { global_pooling: true }")
    text += layer("v", "Flatten", "g") + layer("s", "Scale", "data v", "scale_param { axis: 0 }")
    field = protogen.receptive_field(protogen.loads(text), "s")
    assert field.at(2, 2) == (0, 0, 3, 3)
    assert field.whole


def test_an_unknown_layer_ends_the_way() -> None:
    net = protogen.loads(image(4) + layer("m", "Mystery", "data") + layer("r", "ReLU", "m"))
    with pytest.raises(protogen.ProtogenError, match=r'what layer "m" \(Mystery\) computes'):
        protogen.receptive_field(net, "r")
    analysis = protogen.infer_shapes(net)
    source = default_source(analysis)
    assert source is not None
    assert [type(each) for each in fields(analysis, source)] == [UnclearField, UnclearField]


def test_what_does_not_exist() -> None:
    net = protogen.loads(image(4) + layer("r", "ReLU", "data"))
    with pytest.raises(protogen.ProtogenError, match='no layer produces a blob "s"'):
        protogen.receptive_field(net, "s")
    field = protogen.receptive_field(net, "r")
    with pytest.raises(IndexError, match=r'"r" \(1x2x4x4\) has no element \(4, 0\)'):
        field.at(4, 0)
    with pytest.raises(IndexError, match='axis 4 is out of range: "data" has 4 axes'):
        field.extent(4)


def test_data_of_unknown_size() -> None:
    net = protogen.loads(
        'layer { name: "d" type: "Python" top: "d" python_param { module: "m" layer: "D" } }\n'
        + layer("r", "ReLU", "d")
    )
    reason = 'the size of "d" is unknown; give its shape, such as --input d=1,3,224,224'
    with pytest.raises(protogen.ProtogenError, match=reason):
        protogen.receptive_field(net, "r")
    field = protogen.receptive_field(net, "r", inputs={"d": (1, 1, 2, 2)})
    assert field.at(1, 1) == (1, 1, 1, 1)


def test_the_channels_of_a_database_do_not_matter() -> None:
    net = protogen.loads(
        'layer { name: "d" type: "Data" top: "d" top: "label" transform_param { crop_size: 9 }'
        ' data_param { source: "absent" batch_size: 4 } }\n'
        + layer("c", "Convolution", "d", "convolution_param { num_output: 2 kernel_size: 3 }")
    )
    assert net.analysis().blobs["d"] == (4, None, 9, 9)
    assert protogen.receptive_field(net, "c").at(1, 2) == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("dims", "element", "box"),
    [
        # 2 channels of 3 x 4: rows of 4 are joined with the channels, as Faster R-CNN does.
        ((1, 6, 4), (1, 5, 2), (2, 2, 2, 2)),
        ((1, 2, 12), (1, 1, 7), (1, 3, 1, 3)),
        ((1, 24), (1, 23), (2, 3, 2, 3)),
        ((1, 1, 2, 3, 4), (1, 0, 1, 2, 3), (2, 3, 2, 3)),
    ],
)
def test_reshapes_keep_the_places_of_elements(
    dims: tuple[int, ...], element: tuple[int, ...], box: tuple[int, ...]
) -> None:
    text = (
        'layer { name: "data" type: "Input" top: "data"'
        " input_param { shape { dim: 1 dim: 2 dim: 3 dim: 4 } } }\n"
    )
    shape = " ".join(f"dim: {size}" for size in dims)
    text += layer("r", "Reshape", "data", f"reshape_param {{ shape {{ {shape} }} }}")
    field = protogen.receptive_field(protogen.loads(text), "r")
    assert field.at(*element[1:]) == box


def test_a_reshape_before_which_the_split_axis_does_not_matter() -> None:
    # Behind a 1x1 all channels see the same, so it does not matter how they are split.
    text = image(4, 3) + layer(
        "c", "Convolution", "data", "convolution_param { num_output: 6 kernel_size: 1 }"
    )
    shape = "reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 0 } }"
    field = protogen.receptive_field(protogen.loads(text + layer("r", "Reshape", "c", shape)), "r")
    # Row 5 of 12 is row 1 of the second of three channels.
    assert field.at(5, 2) == (1, 2, 1, 2)
