"""What the schema says about fields, in words."""

from __future__ import annotations

from typing import Any

import pytest

from protogen import proto
from protogen.proto.fields import (
    expected_value,
    has_field,
    has_required,
    is_repeated,
    value_names,
)


def field(message: Any, name: str) -> Any:
    return message.DESCRIPTOR.fields_by_name[name]


@pytest.mark.parametrize(
    ("message", "name", "words"),
    [
        (proto.LayerParameter, "name", "a string"),
        (proto.LayerParameter, "pooling_param", "a message"),
        (proto.PoolingParameter, "pad", "a non-negative integer"),
        (proto.SliceParameter, "axis", "an integer"),
        (proto.DropoutParameter, "dropout_ratio", "a number"),
        (proto.ConvolutionParameter, "bias_term", "true or false"),
        (proto.PoolingParameter, "round_mode", "one of CEIL, FLOOR"),
    ],
)
def test_what_a_field_expects(message: Any, name: str, words: str) -> None:
    assert expected_value(field(message, name)) == words


def test_repeated_and_required_fields() -> None:
    assert is_repeated(field(proto.LayerParameter, "bottom"))
    assert not is_repeated(field(proto.LayerParameter, "name"))
    assert not has_required(proto.NetParameter.DESCRIPTOR)
    assert has_required(proto.ClipParameter.DESCRIPTOR)


def test_a_field_by_a_name_that_is_known_at_run_time() -> None:
    layer = proto.LayerParameter(name="x")
    assert [has_field(layer, name) for name in ("name", "type", "pooling_param")] == [
        True,
        False,
        False,
    ]


def test_values_of_forks_are_not_listed_for_an_enum_of_bvlc() -> None:
    # happynear adds DEF, DEF_ALL … to the methods of pooling.
    assert value_names(proto.PoolingParameter.DESCRIPTOR.enum_types_by_name["PoolMethod"]) == [
        "MAX",
        "AVE",
        "STOCHASTIC",
    ]


def test_all_values_are_listed_for_an_enum_of_a_fork() -> None:
    enum = proto.ResizeParameter.DESCRIPTOR.enum_types_by_name["Resize_mode"]
    assert value_names(enum) == ["WARP", "FIT_SMALL_SIZE", "FIT_LARGE_SIZE_AND_PAD"]
