"""Nets with faults and impossible sizes: a summary and a sentence each, and no traceback."""

from __future__ import annotations

import time

import pytest
from click.testing import CliRunner

from protogen.cli import commands
from tests.reports.test_receptive_field import image, layer

INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { %s } } }\n'

NETS = {
    "no layers": 'name: "x"',
    "one layer": image(4),
    "no shape": 'layer { name: "d" type: "Input" top: "d" }',
    "size 0": INPUT % "dim: 0 dim: 3" + layer("r", "ReLU", "d"),
    "scalar": INPUT % "" + layer("r", "ReLU", "d"),
    "too large": INPUT % "dim: 2147483647 dim: 2147483647" + layer("r", "ReLU", "d"),
    "a long axis": INPUT % "dim: 1 dim: 1 dim: 2147483647 dim: 1" + layer("r", "ReLU", "d"),
    "a long top": image(4)
    + layer(
        "u",
        "Deconvolution",
        "data",
        "convolution_param { num_output: 1 kernel_size: 1 stride_h: 500000000 stride_w: 1 }",
    ),
    "a cycle": image(4) + layer("a", "ReLU", "b") + layer("b", "ReLU", "a"),
    "in place twice": image(4)
    + 'layer { name: "a" type: "ReLU" bottom: "data" top: "a" top: "a" }',
    "a long pooling": INPUT % "dim: 1 dim: 1 dim: 2147483647 dim: 1"
    + layer("p", "Pooling", "d", "pooling_param { kernel_size: 1 stride: 1 }"),
    "a large window": INPUT % "dim: 1 dim: 1 dim: 2000000000 dim: 1"
    + layer(
        "p",
        "Pooling",
        "d",
        "pooling_param { kernel_h: 1500000000 kernel_w: 1 pad_h: 1000000000 pad_w: 0 }",
    ),
    "long neighbors": INPUT % "dim: 1 dim: 2147483647 dim: 1 dim: 1"
    + layer("n", "LRN", "d", "lrn_param { local_size: 5 }"),
    "produced twice": image(4) + layer("data", "ReLU", "data") + layer("data", "Sigmoid", "data"),
    "unknown type": image(4) + layer("m", "Mystery", "data") + layer("r", "ReLU", "m"),
    "strange names": image(4) + layer('a\\n\\"\\u202e\\x1b[31m</script>', "ReLU", "data"),
    "a net of 32 axes": INPUT % " ".join(["dim: 1"] * 32) + layer("f", "Flatten", "d"),
}

COMMANDS = {
    "summary": ["summary", "-", "--markdown"],
    "cost": ["cost", "-"],
    "reductions": ["cost", "-", "--without-reductions"],
    "receptive-field": ["receptive-field", "-"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", NETS)
def test_a_sentence_and_no_traceback(name: str, command: str) -> None:
    start = time.perf_counter()
    result = CliRunner().invoke(commands, COMMANDS[command], input=NETS[name])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code in (0, 1)
    assert result.output
    # Nothing is as large as the sizes say.
    assert time.perf_counter() - start < 5


def test_no_control_character_reaches_the_terminal() -> None:
    for command in COMMANDS.values():
        result = CliRunner().invoke(commands, command, input=NETS["strange names"])
        assert "\x1b" not in result.output
