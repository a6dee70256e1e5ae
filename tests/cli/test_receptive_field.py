"""``protogen receptive-field`` as it is used."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from protogen.cli import commands

NET = """
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 1 dim: 1 dim: 9 dim: 7 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 2 kernel_size: 3 pad: 1 stride: 2 } }
layer { name: "up" type: "Deconvolution" bottom: "conv" top: "up"
        convolution_param { num_output: 1 kernel_size: 2 stride: 2 } }
layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc"
        inner_product_param { num_output: 3 } }
"""
SPLIT = """
layer { name: "split" type: "Reshape" bottom: "data" top: "split"
        reshape_param { shape { dim: 1 dim: 1 dim: 3 dim: 3 dim: 7 } } }
"""


def run(*arguments: str, text: str = NET) -> Result:
    return CliRunner().invoke(commands, ["receptive-field", "-", *arguments], input=text)


def test_every_blob() -> None:
    assert run().stdout == (
        "blob  shape     field         stride  padding  first middle\n"
        "conv  1x2x5x4   3             2       1        0\n"
        "up    1x1x10x8  varies, to 3\n"
        "fc    1x3       whole\n"
    )


def test_one_element() -> None:
    result = run("conv", "--at", "0,3")
    assert result.stdout.endswith("  the element at 0, 3: rows 0 to 1, columns 5 to 6\n")
    assert result.exit_code == 0


def test_json() -> None:
    data = json.loads(run("conv", "--at", "0,3", "--json").stdout)
    assert (data["blob"], data["to"], data["at"]) == ("conv", "data", [0, 3])
    assert data["box"] == {"first": [0, 5], "last": [1, 6]}
    assert data["axes"][1] == {
        "axis": 3,
        "size": 3,
        "stride": 2,
        "padding": 1,
        "center": 0.0,
        "constant": True,
        "whole": False,
        "largest": 3,
    }


def test_fields_of_elements_that_differ() -> None:
    # Rows of 9 are read at -1 to 1, 1 to 3, ... 7 to 9, and the first and last are cut off.
    assert run("up").stdout.split("\n")[1] == (
        "  height: from 2 to 3 elements; the fields of neighbors differ"
    )
    # The windows of 1 lie two apart.
    gaps = NET.replace("kernel_size: 2 stride: 2", "kernel_size: 1 stride: 2")
    assert "; 4 of 9 coordinates see nothing;" in run("up", text=gaps).stdout


def test_what_is_unknown_is_said() -> None:
    result = run(text=NET + SPLIT)
    assert 'unknown: layer "split" (Reshape) mixes axes' in result.stderr
    assert "split  1x1x3x3x7  ?" in result.stdout
    assert result.exit_code == 1
    assert json.loads(run("split", "--json", text=NET + SPLIT).stdout)["unknown"]


def test_usage_errors() -> None:
    assert "--at needs a BLOB" in run("--at", "1,1").stderr
    result = run("conv", "--at", "9,9")
    assert '--at: "conv" (1x2x5x4) has no element (9, 9)' in result.stderr
    assert result.exit_code == 2
    assert 'expected coordinates like 3,5, got "a"' in run("conv", "--at", "a").stderr


def test_a_blob_that_does_not_exist() -> None:
    result = CliRunner().invoke(commands, ["receptive-field", "-", "cnv"], input=NET)
    assert 'no layer produces a blob "cnv"' in str(result.exception)


def test_a_net_without_inputs() -> None:
    result = run(text='name: "empty"')
    assert "has no inputs" in result.stderr
    assert result.exit_code == 1


def test_a_net_that_caffe_rejects() -> None:
    result = run(text=NET.replace("kernel_size: 3", "kernal_size: 3"))
    assert result.stderr.count('has no field "kernal_size"') == 1
    assert result.exit_code == 1


def test_a_name_with_control_characters() -> None:
    text = NET.replace('"conv"', r'"conv\n\033[2J"')
    title = run("conv\n\033[2J", text=text).stdout.splitlines()[0]
    assert title.startswith(r'each element of "conv\n\x1b[2J" (1x2x5x4)')
