"""What the reference says, against caffe.proto of BVLC Caffe and arithmetic done by hand."""

from __future__ import annotations

import pytest

from protogen import layers
from protogen.reports.reference import Field, LayerReference, layer_reference


def reference(layer_type: str) -> LayerReference:
    schema = layers.find(layer_type)
    assert schema is not None
    return layer_reference(schema)


def field(layer_type: str, name: str) -> Field:
    parameter = reference(layer_type).parameters[0]
    return next(f for f in (*parameter.fields, *parameter.fork_fields) if f.name == name)


@pytest.mark.parametrize(
    ("layer_type", "name", "kind", "default"),
    [
        ("Pooling", "pool", "MAX, AVE, STOCHASTIC", "MAX"),
        ("Pooling", "pad", "uint", "0"),
        ("Pooling", "kernel_size", "uint", ""),
        ("Pooling", "global_pooling", "bool", "false"),
        ("Convolution", "kernel_size", "repeated uint", ""),
        ("Convolution", "weight_filler", "FillerParameter", ""),
        ("LRN", "beta", "float", "0.75"),
        ("BatchNorm", "eps", "float", "1e-05"),
        ("BatchNorm", "moving_average_fraction", "float", "0.999"),
        ("Softmax", "axis", "int", "1"),
        ("Exp", "base", "float", "-1"),
        ("Data", "source", "string", ""),
    ],
)
def test_fields_of_bvlc_caffe(layer_type: str, name: str, kind: str, default: str) -> None:
    found = field(layer_type, name)
    assert (found.type, found.default, found.forks) == (kind, default, ())


def test_fields_of_forks_stand_apart() -> None:
    parameter = reference("Pooling").parameters[0]
    assert "ceil_mode" not in [f.name for f in parameter.fields]
    assert "ceil_mode" in [f.name for f in parameter.fork_fields]
    assert "opencv" in field("Pooling", "ceil_mode").forks


def test_the_comments_of_caffe_proto() -> None:
    assert field("Convolution", "num_output").comment == "Number of channels of the top."
    assert field("Convolution", "kernel_h").comment == ""
    assert field("Data", "batch_size").comment != ""


@pytest.mark.parametrize(
    ("layer_type", "bottoms", "tops"),
    [
        ("Data", "none", "1 or 2"),
        ("Eltwise", "2 or more", "1"),
        ("Convolution", "1 or more", "one for each bottom"),
        ("Silence", "1 or more", "none"),
        ("Pooling", "1", "1 or 2"),
        ("Python", "any number", "any number"),
        ("SmoothL1Loss", "2 to 4", "1 or 2"),
    ],
)
def test_how_many_bottoms_and_tops(layer_type: str, bottoms: str, tops: str) -> None:
    found = reference(layer_type)
    assert (found.bottoms, found.tops) == (bottoms, tops)


@pytest.mark.parametrize(
    ("layer_type", "learns"),
    [
        # 6 filters over 3 channels; 3 x 8 x 8 features; one gate's 6 rows four times
        (
            "Convolution",
            "weights 6x3x3x3, bias 6 (for num_output 6, kernel_size 3, bottom of 2x3x8x8)",
        ),
        ("InnerProduct", "weights 6x192, bias 6 (for num_output 6, bottom of 2x3x8x8)"),
        (
            "LSTM",
            "weights 24x5, bias 24, hidden weights 24x6"
            " (for num_output 6, bottoms of 7x2x5 and 7x2)",
        ),
        ("ReLU", ""),
    ],
)
def test_what_a_layer_learns(layer_type: str, learns: str) -> None:
    assert reference(layer_type).learns == learns


def test_every_type_has_a_summary_and_a_source() -> None:
    found = [layer_reference(schema) for schema in layers.all_types()]
    assert [each.type for each in found if not (each.summary and each.source)] == []
