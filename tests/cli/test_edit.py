"""``protogen edit``: the order of edits, what is written, and what is rejected."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli.edit import command

NET = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"  # wide
  convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.prototxt"
    path.write_text(NET)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])


def test_edits_are_made_in_the_order_given(file: Path) -> None:
    done = run(file, "--rename", "conv", "a", "--rename-layer", "a", "b", "--rename-blob", "a", "c")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == NET.replace('name: "conv"', 'name: "b"').replace('"conv"', '"c"')
    # The other way round, "b" does not exist yet.
    done = run(file, "--rename-layer", "b", "c", "--rename", "conv", "b")
    assert done.exit_code == 1
    assert 'no layer is named "b"' in str(done.exception)


def test_values_are_written_as_in_prototxt(file: Path) -> None:
    done = run(
        file,
        *("--set", "conv", "convolution_param.pad", "[1, 0]"),
        *("--set", "conv", "convolution_param.bias_term", "false"),
        *("--set", "conv", "convolution_param.weight_filler", 'type: "msra"'),
        *("--set", "relu", "include[0].phase", "TRAIN"),
        *("--unset", "conv", "convolution_param.num_output"),
        *("--set", "conv", "convolution_param.num_output", "8"),
    )
    assert done.exit_code == 0, done.exception
    for written in ("pad: 1 pad: 0", "bias_term: false", 'weight_filler { type: "msra" }'):
        assert written in done.stdout
    assert "include { phase: TRAIN }" in done.stdout
    assert "num_output: 8" in done.stdout
    assert "# wide" in done.stdout


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (["--remove", "data"], 'layer "conv" reads its top "data"'),
        (["--rename", "conv", "relu"], 'a layer named "relu" already exists'),
        (["--set", "conv", "convolution_param.num_output", "x"], "non-negative integer"),
        (["--set", "conv", "convolution_param.kernel_size", "9"], "kernel 9 does not fit"),
        (["--cut", "conv", "data"], '"data" is not computed from "conv"'),
        (["--insert-after", "conv", "type:"], "error"),
    ],
)
def test_a_refused_edit_writes_nothing(file: Path, edits: list[str], message: str) -> None:
    done = run(file, "-i", *edits)
    assert done.exit_code == 1
    assert message in str(done.exception)
    assert file.read_text() == NET


def test_force_and_in_place(file: Path) -> None:
    assert (
        run(file, "-i", "--force", "--set", "conv", "convolution_param.kernel_size", "9").output
        == ""
    )
    assert file.read_text() == NET.replace("kernel_size: 3", "kernel_size: 9")


def test_the_net_is_cut_and_compared_as_text(file: Path) -> None:
    done = run(file, "--cut", "conv", "", "--diff")
    assert (done.exit_code, done.stdout) == (1, "")  # nothing reads "conv" after the ReLU
    done = run(file, "--cut", "", "data", "--diff")
    assert done.exit_code == 0
    assert "-  convolution_param { num_output: 4 kernel_size: 3 } }\n" in done.stdout


def test_a_field_without_its_message(file: Path) -> None:
    done = run(file, "--set", "conv", "num_output", "5")
    assert done.exit_code == 1
    assert 'LayerParameter has no field "num_output"' in str(done.exception)
    assert "name its message, too: convolution_param.engine" in str(done.exception)


def test_usage(file: Path) -> None:
    assert "expected an edit" in run(file).stderr
    assert "--in-place needs a FILE" in run("-", "-i", "--remove", "x").stderr
    assert run(file, "--input", "x=1", "--remove", "relu").exit_code == 2


def test_the_file_is_not_its_own_output(file: Path) -> None:
    done = run(file, "--rename", "conv", "a", "-o", file)
    assert done.exit_code == 2
    assert done.stderr == (
        f"Error: {file} is read by this command, and would be overwritten by its output; use"
        " --in-place for that\n"
    )
    assert file.read_text() == NET
