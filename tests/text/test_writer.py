"""A message as text: the order of fields, the shortest floats, shapes as comments."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.text.writer import write


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (0.01, "0.01"),
        (0.1, "0.1"),
        (104.00699, "104.00699"),
        (123.6785, "123.6785"),
        (-116.66877, "-116.66877"),
        (1.5e-7, "1.5e-07"),
        (16777216.0, "16777216"),
        (1.0, "1"),
        (0.33333334, "0.33333334"),
        (3.4e38, "3.4e+38"),
    ],
)
def test_floats_are_at_their_shortest(value: float, spelling: str) -> None:
    message = proto.PowerParameter(scale=value)
    assert write(message) == f"scale: {spelling}\n"
    assert text_format.Parse(write(message), proto.PowerParameter()) == message


def test_strings_that_look_like_numbers_stay() -> None:
    layer = proto.LayerParameter(name="x: 104.006989", top=["104.006989"])
    assert write(layer) == 'name: "x: 104.006989"\ntop: "104.006989"\n'


def test_fields_come_in_the_order_of_their_numbers() -> None:
    layer = proto.LayerParameter(
        relu_param={"negative_slope": 0.1}, top=["t"], bottom=["b"], type="ReLU", name="n"
    )
    assert write(layer) == (
        'name: "n"\ntype: "ReLU"\nbottom: "b"\ntop: "t"\nrelu_param {\n  negative_slope: 0.1\n}\n'
    )


def test_shapes_are_written_behind_the_tops() -> None:
    net = proto.NetParameter()
    net.layer.add(name="data", type="Data", top=["data", "label"])
    net.layer.add(name="loss", type="EuclideanLoss", bottom=["data", "label"], top=["loss"])
    text = write(net, [((2, 3, None, None), (2,)), ((),)])
    assert [line for line in text.splitlines() if "top" in line] == [
        '  top: "data"  # 2x3x?x?',
        '  top: "label"  # 2',
        '  top: "loss"  # scalar',
    ]
    assert text_format.Parse(text, proto.NetParameter()) == net
