"""Processes killed at random moments of each command that writes: nothing is lost or half-written.

``PROTOGEN_KILLS=500`` in the environment sets how many of each command; a short run is the default.
Half of them are killed after a random time, half in a random line of the module that writes files,
where a random time rarely meets them.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from protogen import files
from protogen.cli import commands
from protogen.files import is_leftover, write_file

KILLS = int(os.environ.get("PROTOGEN_KILLS", "2"))

#: Files in the folder, large enough that writing them takes a while.
NUMBER = 6
LAYER = (
    'layer {{ name: "p{0}" type: "Pooling" bottom: "d" top: "p{0}"'
    " pooling_param {{ kernel_size: 1 stride: 4 }} }}\n"
)
DATA = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 7, 7] } } }\n'
OLD = f'input: "d" input_dim: 1 input_dim: 3 input_dim: 7 input_dim: 7\n{LAYER.format(0)}'
RELU = 'layer { name: "r" type: "ReLU" bottom: "d" top: "r" }\n'
TRAINING = """\
layer { name: "x" type: "DummyData" top: "d" top: "l" dummy_data_param {
  shape { dim: [2, 3] } shape { dim: 2 } } }
layer { name: "s" type: "SoftmaxWithLoss" bottom: "d" bottom: "l" top: "s" }
"""
NETSPEC = """\
import caffe
n = caffe.NetSpec()
n.d = caffe.layers.Input(shape=dict(dim=[1, 3, 7, 7]))
print(n.to_proto())
"""


class Command(NamedTuple):
    """The arguments of a command, and the text and the names of its files before."""

    arguments: str
    text: str
    suffix: str = ".prototxt"


NET = "net0.prototxt"
SET = f"edit {NET} --set p0 pooling_param.kernel_size 4"
COMMANDS = {
    "fix": Command("check --fix --quiet -j 1 .", DATA + LAYER.format(0)),
    "fmt": Command("fmt .", (DATA + LAYER.format(0)) * 20),
    "upgrade -i": Command(f"upgrade -i {NET}", OLD),
    "upgrade -o": Command(f"upgrade {NET} -o out.prototxt", OLD),
    "emit": Command(f"emit {NET} -o out.prototxt", DATA),
    "edit -i": Command(f"{SET} -i", DATA + LAYER.format(0)),
    "edit -o": Command(f"{SET} -o out.prototxt", DATA + LAYER.format(0)),
    "deploy": Command(f"deploy {NET} --input d=1x3 -o out.prototxt", TRAINING),
    "convert": Command(f"convert {NET} --to opencv4 -o out.prototxt", DATA + RELU),
    "run": Command("run -o out.prototxt net0.py", NETSPEC, ".py"),
    "to-python": Command(f"to-python {NET} -o out.py", DATA + RELU),
    "view": Command(f"view {NET} -o out.html", DATA + RELU),
    "draw": Command(f"draw {NET} -o out.dot", DATA + RELU),
    "solver": Command("solver --preset alexnet --net net0.prototxt -o out.prototxt", TRAINING),
    "proto merge": Command("proto merge bvlc protogen -o out.proto", DATA),
    "new": Command("new project", DATA),
}


def start(folder: Path, command: Command, line: int = 0, report: int = 0) -> int:
    """A process that runs a command in a folder: a fork, so that it imports nothing first.

    It is killed before the ``line``th line of `protogen.files` that it runs, or writes the number
    of these lines to ``report``.
    """
    process = os.fork()
    if process:
        return process
    try:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        files._cleaned.clear()
        if line or report:
            count = kill_in_line(line)
        commands.main(command.arguments.split(), standalone_mode=False)
        if report:
            sys.settrace(None)
            os.write(report, str(count[0]).encode())
    finally:
        os._exit(0)


def kill_in_line(line: int) -> list[int]:
    """Count the lines of `protogen.files`, and kill this process before one of them."""
    count = [0]

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != files.__file__:
            return None
        count[0] += event == "line"
        if line and count[0] == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    return count


def fill(folder: Path, command: Command) -> None:
    """Fill a folder with new files, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for index in range(NUMBER):
        (folder / f"net{index}{command.suffix}").write_text(command.text)


def contents(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in found}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_random_moments(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = COMMANDS[name]
    folder = tmp_path / "nets"
    fill(folder, command)
    before = contents(folder)
    monkeypatch.chdir(folder)
    CliRunner().invoke(commands, command.arguments.split())  # imports what the processes need
    monkeypatch.chdir(tmp_path)
    duration, after = finished(folder, command)
    assert after != before
    lines = lines_that_write(folder, command)
    random = Random(name)
    half_done = 0
    for number in range(KILLS):
        fill(folder, command)
        if number % 2:
            _, status = os.waitpid(start(folder, command, random.randint(1, lines)), 0)
            assert os.WIFSIGNALED(status)
        else:
            process = start(folder, command)
            time.sleep(duration * random.uniform(0, 1.1))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        found = contents(folder)
        half_done += found not in (before, after)
        check_whole(found, before, after)
        check_next_run(folder, command, after, monkeypatch)
    # Some of many kills meet a command that has written some of its files.
    assert KILLS < 100 or half_done


def check_whole(found: dict[str, str], before: dict[str, str], after: dict[str, str]) -> None:
    assert before.keys() <= found.keys(), "a file is lost"
    for name, now in found.items():
        if not is_leftover(Path(name).name):
            assert now in (before.get(name), after[name]), f"{name} is half-written"


def check_next_run(
    folder: Path, command: Command, after: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the killed process did not do, the next one does, and cleans up."""
    if command.arguments.startswith("new "):
        _, status = os.waitpid(start(folder, command), 0)
        assert status == 0
        assert contents(folder) == after, "the next run leaves a temporary file or a gap"
        return
    monkeypatch.setattr(files, "_cleaned", set())
    write_file(folder / "next", "")
    assert not list(folder.glob(".protogen-*")), "the next run leaves a temporary file"


def finished(folder: Path, command: Command) -> tuple[float, dict[str, str]]:
    """How long a command takes that is not killed, and what is in the files then."""
    fill(folder, command)
    started = time.monotonic()
    _, status = os.waitpid(start(folder, command), 0)
    assert status == 0
    return time.monotonic() - started, contents(folder)


def lines_that_write(folder: Path, command: Command) -> int:
    """The number of lines of `protogen.files` that a command runs."""
    fill(folder, command)
    reader, writer = os.pipe()
    os.waitpid(start(folder, command, report=writer), 0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        return int(pipe.read())
