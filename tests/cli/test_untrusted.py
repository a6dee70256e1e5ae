"""Checks of files that other people wrote: nothing that they name is opened, and nothing runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.cli._settings import _own

IMAGES = (
    'layer { name: "d" type: "ImageData" top: "x" top: "y"'
    ' image_data_param { source: "list.txt" batch_size: 2 } }\n'
    'layer { name: "s" type: "Silence" bottom: "x" bottom: "y" }\n'
)
PROGRAM = "from pathlib import Path\nPath('ran').touch()\n"


def run(*arguments: str) -> Result:
    _own.cache_clear()
    return CliRunner().invoke(commands, arguments)


@pytest.fixture
def folder(in_folder: Path) -> Path:
    """A folder with a net whose source is empty, and a program that leaves a file when it runs."""
    (in_folder / "net.prototxt").write_text(IMAGES)
    (in_folder / "list.txt").touch()
    (in_folder / "net.py").write_text(PROGRAM)
    return in_folder


def test_check_without_data(folder: Path) -> None:
    result = run("check", "net.prototxt")
    assert result.exit_code == 1
    assert '"list.txt" is empty' in result.stdout
    result = run("check", "net.prototxt", "--no-data")
    assert result.exit_code == 0
    assert (
        "is unknown: data sources are not opened. What depends on it is not checked"
        in result.stderr
    )
    assert "is empty" not in result.output


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_setting_closes_the_sources_in_every_process(folder: Path, jobs: str) -> None:
    (folder / "other.prototxt").write_text(IMAGES)
    (folder / "protogen.toml").write_text("data = false\n")
    result = run("check", "net.prototxt", "other.prototxt", "-j", jobs, "--quiet")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("command", ["emit", "shapes", "summary"])
def test_other_commands_without_data(folder: Path, command: str) -> None:
    assert run(command, "net.prototxt").exit_code == 1
    assert run(command, "net.prototxt", "--no-data").exit_code == 0


def test_a_program_among_other_files_is_not_run(folder: Path) -> None:
    result = run("check", "net.prototxt", "net.py", "--no-data")
    assert result.exit_code == 0
    assert (
        "net.py: skipped, it is a Python program, which is run only alone or with --allow-python"
        in result.stderr
    )
    assert not Path("ran").exists()


def test_a_program_with_a_folder_without_nets_is_not_alone(folder: Path) -> None:
    Path("empty").mkdir()
    run("check", "empty", "net.py")
    assert not Path("ran").exists()


def test_a_program_that_is_asked_for_is_run(folder: Path) -> None:
    run("check", "net.prototxt", "net.py", "--allow-python")
    assert Path("ran").exists()
    Path("ran").unlink()
    run("check", "net.py")
    assert Path("ran").exists()


def test_a_program_alone_is_not_run_with_no_python(folder: Path) -> None:
    result = run("check", "net.py", "--no-python")
    assert result.exit_code == 0
    assert "net.py: skipped" in result.stderr
    assert not Path("ran").exists()


INFERRING = "check cost deploy diff edit emit receptive-field shapes sizes summary to-python"


@pytest.mark.parametrize("command", INFERRING.split())
def test_every_command_that_infers_shapes_can_leave_sources_closed(command: str) -> None:
    assert "--no-data" in run(command, "--help").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the names of files are POSIX ones")
@pytest.mark.parametrize("command", ["fmt --diff", "check --fix --diff"])
def test_the_name_of_a_file_cannot_end_the_header_of_its_difference(
    in_folder: Path, command: str
) -> None:
    name = "a\x1b[2J\n+++ forged.prototxt"
    Path(name).write_text(
        'layer{ name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 1, 5, 5] } } }\n'
        'layer { name: "p" type: "Pooling" bottom: "d" top: "p"'
        " pooling_param { kernel_size: 1 stride: 3 } }\n"
    )
    output = run(*command.split(), name).stdout
    assert "@@" in output
    assert "\n+++ forged" not in output
    assert "\x1b" not in output
