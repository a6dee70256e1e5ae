"""``protogen pool`` as it is used. The drawings were counted by hand."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands


def pool(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["pool", *arguments])


def test_the_founding_question() -> None:
    result = pool("5", "--kernel", "2", "--stride", "2")
    assert result.exit_code == 0
    assert result.stdout == (
        "5 -> 3  (MAX, kernel 2, stride 2, pad 0)\n"
        "  ceil((5 + 2*0 - 2) / 2) + 1 = ceil(1.5) + 1 = 3\n"
        "\n"
        "   0 1 2 3 4 -\n"
        "  [0 1]          window 0  whole\n"
        "      [2 3]      window 1  whole\n"
        "          [4 -]  window 2  overhangs by 1\n"
        "\n"
        "  size  framework   option\n"
        "     3  Caffe       round_mode CEIL            default\n"
        "     2  Caffe       round_mode FLOOR\n"
        "     2  PyTorch     ceil_mode off              default\n"
        "     3  PyTorch     ceil_mode on\n"
        "     2  ONNX        ceil_mode off              default\n"
        "     3  ONNX        ceil_mode on, opset >= 22\n"
        "     3  ONNX        ceil_mode on, opset < 22   as specified; newer runtimes follow"
        " opset 22\n"
        "     2  TensorFlow  VALID\n"
        "     3  TensorFlow  SAME                       pads as needed, so windows may lie"
        " elsewhere\n"
    )


def test_padding_and_the_divisors_of_an_average() -> None:
    drawn = pool("4", "-k", "3", "-s", "2", "-p", "1", "--pool", "ave").stdout
    assert "   p 0 1 2 3 p -\n" in drawn
    assert "  [p 0 1]          window 0  1 of padding; divisor 3 on this axis\n" in drawn
    assert "          [3 p -]  window 2  overhangs by 1, 1 of padding; divisor 2" in drawn


def test_the_clip_is_in_the_formula() -> None:
    drawn = pool("5", "-k", "2", "-s", "2", "-p", "1").stdout
    assert "= ceil(2.5) + 1 = 4, minus 1 because the last window would start at 6 >= 5 + 1" in drawn


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["4", "-k1", "-s2"], "[-]  window 2  EMPTY: Caffe writes -FLT_MAX (-3.4e38)"),
        (["4", "-k1", "-s2", "--pool", "AVE"], "EMPTY: Caffe writes 0/0, NaN"),
        (["2", "-k1", "-s3", "--pool", "AVE"], "EMPTY: Caffe writes 0/-1, -0"),
    ],
)
def test_an_empty_window(arguments: list[str], message: str) -> None:
    assert message in pool(*arguments).stdout


def test_a_long_axis_is_drawn_at_its_ends() -> None:
    lines = pool("500", "-k", "3", "-s", "2").stdout.splitlines()
    assert lines[0].startswith("500 -> 250 ")
    assert max(map(len, lines)) < 140
    assert lines[8].strip() == "..."
    assert lines[4].endswith("window   0  whole")
    assert lines[12].endswith("[498 499   -]  window 249  overhangs by 1")


def test_one_window_over_a_long_axis() -> None:
    assert "  9  10  11 ... 212 213 " in pool("224", "-k", "224").stdout.splitlines()[4]


def test_height_and_width() -> None:
    shown = pool("7x9", "-k", "3x2", "-s", "2", "-p", "1x0").stdout
    assert shown.startswith("7x9 -> 4x5\n\nheight: 7 -> 4 ")
    assert "\nwidth: 9 -> 5 " in shown


def test_json() -> None:
    data = json.loads(pool("5x4", "-k", "2", "-s", "2", "--json").stdout)
    height, width = data["axes"]
    assert (data["pool"], height["pooled"], width["pooled"]) == ("MAX", 3, 2)
    assert height["windows"][2] == {
        "start": 4,
        "stop": 6,
        "elements": 1,
        "overhang": 1,
        "divisor": 1,
        "kind": "overhang",
    }
    assert height["elsewhere"][1]["size"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["5", "-k2", "-s0"], 'expected an integer from 1 to 1000000, or two like 7x9, got "0"'),
        (["5", "-k0"], 'expected an integer from 1 to 1000000, or two like 7x9, got "0"'),
        (["99999999999999999999", "-k2"], '1000000, or two like 7x9, got "99999999999999999999"'),
        (["five", "-k2"], 'or two like 7x9, got "five"'),
        (["1x2x3", "-k2"], 'or two like 7x9, got "1x2x3"'),
        (["5"], "Missing option '--kernel'"),
        (["5", "-k2", "--round-mode", "up"], "'up' is not one of"),
    ],
)
def test_wrong_values_are_usage_errors(arguments: list[str], message: str) -> None:
    result = pool(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_several_sizes() -> None:
    one, two = pool("5", "-k2", "-s2").stdout, pool("6x7", "-k2", "-s2").stdout
    assert pool("5", "6x7", "-k2", "-s2").stdout == f"{one}\n{two}"
    data = json.loads(pool("5", "6x7", "-k2", "-s2", "--json").stdout)
    assert [[axis["pooled"] for axis in each["axes"]] for each in data] == [[3, 3], [3, 4]]


def test_a_size_that_caffe_rejects_does_not_stop_the_others() -> None:
    # Caffe rejects a pad that is not below the kernel, whatever the size.
    result = pool("5", "6", "-k2", "-p2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("Caffe rejects this pooling: ") == 2
