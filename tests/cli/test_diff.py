"""``protogen diff``: its exit codes, its output, and what git shows with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli.diff import command

NET = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { kernel_size: 7 } }
"""
WIDER = NET.replace("num_output: 4", "num_output: 8")


@pytest.fixture
def files(in_folder: Path) -> tuple[str, str]:
    Path("a.prototxt").write_text(NET)
    Path("b.prototxt").write_text(WIDER)
    return "a.prototxt", "b.prototxt"


def run(*arguments: object, data: str = "") -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], input=data)


def test_a_net_and_itself(files: tuple[str, str]) -> None:
    done = run(files[0], files[0])
    assert (done.exit_code, done.output) == (0, "")
    done = run(
        files[0], "-", data="# a comment\n" + NET.replace("kernel_size: 7", "pad: 0 kernel_size: 7")
    )
    assert (done.exit_code, done.output) == (0, "")


def test_the_differences_are_listed_by_layer(files: tuple[str, str]) -> None:
    done = run(*files)
    assert done.exit_code == 1
    # 3x3 kernels of 3 channels, and a bias, for each of 4 or 8; 7x7 windows of the top.
    assert (
        done.stdout
        == """\
~ layer "conv" (Convolution)
    convolution_param.num_output: 4 -> 8
    shape of "conv": 1x4x7x7 -> 1x8x7x7
    weights: 4x3x3x3 -> 8x3x3x3
    bias: 4 -> 8
~ layer "relu" (ReLU): shape of "conv": 1x4x7x7 -> 1x8x7x7
  and the shapes of 1 further layer
3 layers equal, 1 with other parameters, 1 with other learnable blobs, 3 with other shapes
learnable parameters: 112 -> 224
multiply-accumulates: 5,292 -> 10,584
"""
    )


def test_stat_and_json(files: tuple[str, str]) -> None:
    done = run(*files, "--stat")
    assert done.stdout.startswith("3 layers equal, 1 with other parameters")
    assert "num_output" not in done.stdout
    done = run(*files, "--json", "--weights")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["same"], found["equal_layers"]) == (1, False, 3)
    assert found["parameters"] == [112, 224]
    assert found["weights"]["loads"] is False
    changed = [each for each in found["differences"] if each["kind"] == "parameter"]
    assert [(each["path"], each["old"], each["new"]) for each in changed] == [
        ("convolution_param.num_output", "4", "8")
    ]


def test_weights(files: tuple[str, str]) -> None:
    done = run(files[0], files[0], "--weights")
    assert (done.exit_code, done.stdout) == (
        0,
        "weights: a caffemodel of the first net fits the second one: 1 layer\n",
    )
    done = run(*files, "--weights", "--stat")
    assert 'Caffe aborts at layer "conv" (Convolution): weights is 4x3x3x3' in done.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('base_lr: 1 lr_policy: "fixed" max_iter: 3', "<stdin> is a solver; expected a net"),
        ("\x00\x01garbage", "expected a prototxt, got a binary file"),
        ("layer {", "<stdin>:1:7: error[T1"),
    ],
)
def test_what_cannot_be_compared(files: tuple[str, str], text: str, message: str) -> None:
    done = run(files[0], "-", data=text)
    assert done.exit_code == 2
    assert message in done.stderr


def test_usage(files: tuple[str, str]) -> None:
    assert "expected two nets, got 1" in run(files[0]).stderr
    assert "cannot be read" in run(files[0], "missing.prototxt").stderr
    assert run(*files, "--ignore", "names").exit_code == 2


def git(*arguments: str) -> str:
    configured = ["-c", "user.name=t", "-c", "user.email=t@example.com", *arguments]
    return subprocess.run(["git", *configured], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(files: tuple[str, str]) -> None:
    git("init", "-q")
    Path(".gitattributes").write_text("*.prototxt diff=prototxt\n")
    git("add", ".gitattributes", "a.prototxt")
    git("commit", "-qm", "first")


PROTOGEN = f"{sys.executable} -m protogen diff"


@pytest.mark.usefixtures("repository")
def test_git_shows_the_differences() -> None:
    git("config", "diff.prototxt.command", f"{PROTOGEN} --git")
    Path("a.prototxt").write_text(WIDER)
    Path("new.prototxt").write_text(NET)
    git("add", "-N", "new.prototxt")
    shown = git("--no-pager", "diff", "--ext-diff")
    assert "protogen diff a/a.prototxt b/a.prototxt\n" in shown
    assert "    convolution_param.num_output: 4 -> 8\n" in shown
    assert '+ layer "pool" (Pooling)\n' in shown
    Path("a.prototxt").write_text("layer {")
    assert "not compared: one of the versions cannot be read" in git("diff", "a.prototxt")


@pytest.mark.usefixtures("repository")
def test_git_compares_the_normal_form() -> None:
    git("config", "diff.prototxt.textconv", f"{PROTOGEN} --textconv")
    Path("a.prototxt").write_text(
        "# changed\n" + NET.replace("kernel_size: 3", "kernel_h: 3 kernel_w: 3")
    )
    assert git("diff") == ""
    Path("a.prototxt").write_text(WIDER)
    changed = [line for line in git("diff").splitlines() if line.startswith(("+ ", "- "))]
    assert changed == ["-    num_output: 4", "+    num_output: 8"]
    Path("a.prototxt").write_text("not a net")
    assert "+not a net" in git("diff")


def test_names_with_control_characters(in_folder: Path) -> None:
    Path("a.prototxt").write_text(NET)
    Path("b.prototxt").write_text(NET.replace('name: "conv"', r'name: "conv\n\033[2J"'))
    result = CliRunner().invoke(command, ["a.prototxt", "b.prototxt", "--weights"], color=True)
    assert r'renamed to "conv\n\x1b[2J"' in result.stdout
    assert "\033" not in result.stdout


def test_standard_input_is_one_net_only() -> None:
    result = CliRunner().invoke(command, ["-", "-"], input=NET)
    assert result.exit_code == 2
    assert "only one of the two nets can be standard input" in result.stderr
