"""The Python values that fields accept, and what is wrong with others."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor

from protogen import fillers, proto
from protogen.values import converter, fields_problem, value_problem


def field(message: Any, name: str) -> FieldDescriptor:
    found: FieldDescriptor = message.DESCRIPTOR.fields_by_name[name]
    return found


@pytest.mark.parametrize(
    ("message", "name", "given", "converted"),
    [
        # A repeated field accepts a single value.
        (proto.ConvolutionParameter, "kernel_size", 3, [3]),
        (proto.ConvolutionParameter, "kernel_size", (3, 5), (3, 5)),
        # A BlobShape accepts a list of sizes, and a repeated one a list of lists.
        (proto.ReshapeParameter, "shape", [0, -1], {"dim": [0, -1]}),
        (proto.InputParameter, "shape", [1, 3], [{"dim": [1, 3]}]),
        (proto.InputParameter, "shape", [[1, 3], [1]], [{"dim": [1, 3]}, {"dim": [1]}]),
        (proto.InputParameter, "shape", {"dim": [1]}, [{"dim": [1]}]),
        (proto.InputParameter, "shape", [{"dim": [1]}, (2, 3)], [{"dim": [1]}, {"dim": [2, 3]}]),
    ],
)
def test_shorter_ways_to_write_a_value(message: Any, name: str, given: Any, converted: Any) -> None:
    convert = converter(field(message, name))
    assert convert is not None
    assert convert(given) == converted


def test_a_field_that_needs_no_conversion() -> None:
    assert converter(field(proto.PoolingParameter, "pad")) is None
    assert converter(field(proto.ConvolutionParameter, "weight_filler")) is None


@pytest.mark.parametrize(
    ("message", "name", "value"),
    [
        (proto.PoolingParameter, "pad", 0),
        (proto.PoolingParameter, "pad", 2**32 - 1),
        (proto.PoolingParameter, "pool", "AVE"),
        (proto.PoolingParameter, "pool", 1),
        (proto.ConvolutionParameter, "bias_term", False),
        (proto.ConvolutionParameter, "bias_term", 0),
        (proto.ConvolutionParameter, "kernel_size", [3, 5]),
        (proto.ConvolutionParameter, "weight_filler", {"type": "xavier"}),
        (proto.ConvolutionParameter, "weight_filler", fillers.xavier()),
        (proto.LayerParameter, "name", "conv1"),
        (proto.DropoutParameter, "dropout_ratio", 1),
        (proto.ReshapeParameter, "shape", [0, -1]),
    ],
)
def test_a_value_that_the_field_accepts(message: Any, name: str, value: Any) -> None:
    assert value_problem(field(message, name), value) is None
    # protobuf agrees.
    convert = converter(field(message, name))
    message(**{name: value if convert is None else convert(value)})


@pytest.mark.parametrize(
    ("message", "name", "value", "problem", "hint"),
    [
        (proto.PoolingParameter, "pad", "same", "pad must be an integer, got 'same'", ""),
        (proto.PoolingParameter, "pad", 1.5, "pad must be an integer, got 1.5", ""),
        (proto.PoolingParameter, "pad", True, "pad must be an integer, got True", ""),
        (proto.PoolingParameter, "pad", -1, "pad must be from 0 to 4294967295, got -1", ""),
        (
            proto.SliceParameter,
            "axis",
            2**31,
            "axis must be from -2147483648 to 2147483647, got 2147483648",
            "",
        ),
        (proto.LayerParameter, "name", 5, "name must be a string, got 5", ""),
        (
            proto.DropoutParameter,
            "dropout_ratio",
            "half",
            "dropout_ratio must be a number, got 'half'",
            "",
        ),
        (
            proto.ConvolutionParameter,
            "bias_term",
            "no",
            "bias_term must be True or False, got 'no'",
            "",
        ),
        (
            proto.PoolingParameter,
            "round_mode",
            "FLOR",
            'round_mode has no value "FLOR"',
            'did you mean "FLOOR"?',
        ),
        (
            proto.PoolingParameter,
            "round_mode",
            "half-even",
            'round_mode has no value "half-even"',
            "expected one of CEIL, FLOOR",
        ),
        (
            proto.PoolingParameter,
            "round_mode",
            9,
            "round_mode has no value 9",
            "expected one of CEIL, FLOOR",
        ),
        # Its last 32 bits are 0, the number of CEIL, and protobuf looks no further.
        (
            proto.PoolingParameter,
            "round_mode",
            -(2**40),
            "round_mode has no value -1099511627776",
            "expected one of CEIL, FLOOR",
        ),
        (
            proto.PoolingParameter,
            "round_mode",
            None,
            "round_mode must be one of CEIL, FLOOR, got None",
            "",
        ),
        (
            proto.ConvolutionParameter,
            "weight_filler",
            "xavier",
            "weight_filler must be a FillerParameter or a dict of its fields, got 'xavier'",
            "use protogen.fillers, such as fillers.xavier()",
        ),
        (
            proto.ConvolutionParameter,
            "weight_filler",
            {"typ": "xavier"},
            'weight_filler has no field "typ"',
            'did you mean "type"?',
        ),
        (
            proto.InputParameter,
            "shape",
            "1,3",
            "shape must be a BlobShape or a dict of its fields, got '1,3'",
            "give a list of sizes, such as [1, 3, 224, 224]",
        ),
        # The first bad element of a repeated field.
        (
            proto.ConvolutionParameter,
            "kernel_size",
            [3, "x", "y"],
            "kernel_size must be an integer, got 'x'",
            "",
        ),
    ],
)
def test_what_is_wrong_with_a_value(
    message: Any, name: str, value: Any, problem: str, hint: str
) -> None:
    found = value_problem(field(message, name), value)
    assert found is not None
    assert (found.message, found.hint) == (problem, hint)


def test_the_first_field_with_a_problem() -> None:
    descriptor = proto.NetParameter.DESCRIPTOR
    assert fields_problem(descriptor, {"name": "n", "force_backward": True}, "a net") is None
    found = fields_problem(descriptor, {"name": "n", "force_backwards": True, "layer": 3}, "a net")
    assert found == ('a net has no field "force_backwards"', 'did you mean "force_backward"?')
    found = fields_problem(descriptor, {"name": 3}, "a net")
    assert found == ("a net: name must be a string, got 3", "")
