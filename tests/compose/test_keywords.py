"""Where keywords go: fields of the parameter messages, lists, shapes, and the layer itself."""

from __future__ import annotations

from typing import Any

import pytest

from protogen import ComposeError, Net, proto
from protogen import layers as L
from protogen.layers import all_types


def layer(layer_type: str, bottoms: int = 0, **keywords: Any) -> Any:
    """The message of one layer, composed on bottoms of 1x4x8x8."""
    with Net() as net:
        blobs = [L.Input(shape=[1, 4, 8, 8]) for _ in range(bottoms)]
        getattr(L, layer_type)(*blobs, **keywords)
    return net.message.layer[-1]


def test_a_repeated_field_takes_one_value_or_several() -> None:
    one = layer("Convolution", 1, num_output=2, kernel_size=3)
    two = layer("Convolution", 1, num_output=2, kernel_size=(3, 1))
    assert list(one.convolution_param.kernel_size) == [3]
    assert list(two.convolution_param.kernel_size) == [3, 1]


def test_shapes_are_lists_of_sizes() -> None:
    assert list(layer("Reshape", 1, shape=[0, -1]).reshape_param.shape.dim) == [0, -1]
    both = layer("Input", shape=[[1, 2], [3]], ntop=2).input_param.shape
    assert [list(shape.dim) for shape in both] == [[1, 2], [3]]


def test_none_leaves_a_field_out() -> None:
    assert not layer("Pooling", 1, kernel_size=2, pad=None).pooling_param.HasField("pad")


def test_deconvolution_and_im2col_take_convolutions_fields() -> None:
    made = layer("Deconvolution", 1, num_output=2, kernel_size=2)
    assert made.convolution_param.num_output == 2
    assert list(layer("Im2col", 1, kernel_size=3).convolution_param.kernel_size) == [3]


def test_fields_of_the_layer_itself() -> None:
    made = layer(
        "Convolution",
        1,
        num_output=2,
        kernel_size=1,
        param=[{"lr_mult": 1, "decay_mult": 1}, {"lr_mult": 2}],
        propagate_down=False,
    )
    assert [param.lr_mult for param in made.param] == [1, 2]
    assert list(made.propagate_down) == [False]


@pytest.mark.parametrize("layer_type", ["Data", "ImageData"])
def test_data_layers_transform_by_transform_param(layer_type: str) -> None:
    """Caffe reads these from transform_param; the older fields count in V1 nets alone."""
    keywords = {"scale": 0.5, "mirror": True, "crop_size": 7, "mean_file": "mean"}
    made = layer(layer_type, source="db", batch_size=2, ntop=2, **keywords)
    own = made.data_param if layer_type == "Data" else made.image_data_param
    transform = made.transform_param
    assert (transform.scale, transform.crop_size) == (0.5, 7)
    assert (transform.mirror, transform.mean_file) == (True, "mean")
    assert {field.name for field, _ in own.ListFields()} == {"source", "batch_size"}


def test_window_data_scales_by_its_own_parameter() -> None:
    """``WindowDataLayer::load_batch`` reads its scale there, and its crop_size elsewhere."""
    made = layer("WindowData", source="w", batch_size=2, ntop=2, scale=0.5, crop_size=7)
    assert made.window_data_param.scale == 0.5
    assert made.transform_param.crop_size == 7


def test_a_whole_message_and_keywords_add_up() -> None:
    given = {"num_output": 2}
    for keywords in (
        {"convolution_param": given, "kernel_size": 3},
        {"kernel_size": 3, "convolution_param": given},
    ):
        param = layer("Convolution", 1, **keywords).convolution_param
        assert (param.num_output, list(param.kernel_size)) == (2, [3])
    assert given == {"num_output": 2}


def test_a_whole_message_may_be_a_message() -> None:
    given = proto.ConvolutionParameter(num_output=2, kernel_size=[3])
    assert layer("Convolution", 1, convolution_param=given).convolution_param == given


def test_a_message_and_keywords_of_its_fields_are_rejected() -> None:
    given = proto.ConvolutionParameter(num_output=2)
    with pytest.raises(
        ComposeError, match="expected either kernel_size or convolution_param, got both"
    ):
        layer("Convolution", 1, convolution_param=given, kernel_size=3)


def test_a_whole_message_takes_what_its_keywords_take() -> None:
    made = layer("Convolution", 1, convolution_param={"num_output": 2, "kernel_size": 3})
    assert list(made.convolution_param.kernel_size) == [3]


def test_no_type_has_a_field_that_the_composer_takes_for_itself() -> None:
    """A field called ``name``, ``top``, ``ntop`` or ``in_place`` could not be set by keyword."""
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    for schema in all_types():
        for home in schema.params:
            clash = {"name", "top", "ntop", "in_place"} & set(
                fields[home].message_type.fields_by_name
            )
            assert not clash, (schema.type, clash)


def test_a_bad_value_deep_within_a_message_is_named() -> None:
    with pytest.raises(ComposeError, match="weight_filler: std must be a number, got 'wide'"):
        layer("Convolution", 1, num_output=2, kernel_size=1, weight_filler={"std": "wide"})
