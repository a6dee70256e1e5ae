"""``protogen cost`` as it is used."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from protogen.cli import commands

NET = """
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 2 dim: 4 dim: 3 dim: 3 } } }
layer { name: "reduce" type: "Convolution" bottom: "data" top: "reduce"
        convolution_param { num_output: 2 kernel_size: 1 } }
layer { name: "conv" type: "Convolution" bottom: "reduce" top: "conv"
        convolution_param { num_output: 5 kernel_size: 3 pad: 1 } }
"""


def run(*arguments: str, text: str = NET) -> Result:
    return CliRunner().invoke(commands, ["cost", "-", *arguments], input=text)


def test_every_layer() -> None:
    # For one image: 9 * 4 * 2 = 72 and 9 * 9 * 2 * 5 = 810 products, biases of 18 and 45
    # elements, and 2 * 9 rows of 9 columns of 4 bytes.
    lines = [line.split() for line in run().stdout.splitlines()]
    assert lines[2] == ["reduce", "Convolution", "72", "18"]
    assert lines[3] == ["conv", "Convolution", "810", "45", "648", "B"]
    assert lines[4][:3] == ["total", "882", "63"]
    assert "882 multiply-accumulates per image, 1,764 (1.76 K) for the batch of 2" in run().stdout


def test_json_has_the_batch() -> None:
    data = json.loads(run("--json").stdout)
    assert (data["macs"], data["additions"], data["batch"]) == (1764, 126, 2)
    assert data["weight_bytes"] == {"fp32": 420, "fp16": 210, "int8": 105}
    assert data["layers"][2]["column_buffer"] == 648


def test_reductions() -> None:
    lines = run("--without-reductions").stdout.splitlines()
    assert lines[1].split() == [
        "reduce",
        "4",
        "to",
        "2",
        "conv",
        "882",
        "1,620",
        "1.84",
        "105",
        "185",
        "1.76",
    ]
    assert lines[2].startswith("the whole net, without any")
    (row,) = json.loads(run("--without-reductions", "--json").stdout)["reductions"]
    assert (row["macs"], row["macs_without"]) == (1764, 3240)
    empty = run("--without-reductions", text='name: "empty"')
    assert empty.stdout == "no 1x1 reductions\n"


def test_a_net_that_caffe_rejects() -> None:
    result = run(text=NET + 'layer { name: "m" type: "Mystery" bottom: "conv" top: "m" }')
    assert "at least 882" in result.stdout
    assert 'unknown layer type "Mystery"' in result.stderr
    assert result.exit_code == 1


def test_an_error_is_printed_once() -> None:
    result = run(text=NET.replace("kernel_size: 3", "kernal_size: 3"))
    assert result.stderr.count('has no field "kernal_size"') == 1
    assert result.exit_code == 1
