"""Processes killed at random moments of each command that writes: nothing is lost or half-written.

``PROTOGEN_KILLS=500`` in the environment sets how many of each command; a short run is the default.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from protogen import files
from protogen.cli import commands
from protogen.files import write_file

KILLS = int(os.environ.get("PROTOGEN_KILLS", "4"))

#: Files in the folder, large enough that writing them takes a while.
NUMBER = 12
LAYER = (
    'layer {{ name: "p{0}" type: "Pooling" bottom: "d" top: "p{0}"'
    " pooling_param {{ kernel_size: 1 stride: 4 }} }}\n"
)
DATA = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 7, 7] } } }\n'
OLD = f'input: "d" input_dim: 1 input_dim: 3 input_dim: 7 input_dim: 7\n{LAYER.format(0)}'

#: The arguments of each command, and the text of its files before.
COMMANDS = {
    "fix": (["check", "--fix", "--quiet", "-j", "1", "."], DATA + LAYER.format(0)),
    "fmt": (["fmt", "."], (DATA + LAYER.format(0)) * 20),
    "upgrade": (["upgrade", "-i", "net0.prototxt"], OLD),
    "emit": (["emit", "net0.prototxt", "-o", "out.prototxt"], DATA),
}


def start(folder: Path, arguments: list[str]) -> int:
    """A process that runs a command in a folder: a fork, so that it imports nothing first."""
    process = os.fork()
    if process:
        return process
    try:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        commands.main(arguments, standalone_mode=False)
    finally:
        os._exit(0)


def fill(folder: Path, text: str) -> None:
    """Fill a folder with new files, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for index in range(NUMBER):
        (folder / f"net{index}.prototxt").write_text(text)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_random_moments(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, text = COMMANDS[command]
    folder = tmp_path / "nets"
    fill(folder, text)
    monkeypatch.chdir(folder)
    CliRunner().invoke(commands, arguments)  # imports what the processes need, once for all
    monkeypatch.chdir(tmp_path)
    duration, after = finished(folder, arguments, text)
    random = Random(command)
    half_done = 0
    for _ in range(KILLS):
        fill(folder, text)
        process = start(folder, arguments)
        time.sleep(duration * random.uniform(0, 1.1))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        found = contents(folder)
        half_done += found != after and found != dict.fromkeys(after, text)
        for name, now in found.items():
            is_leftover = name.startswith(".protogen-") and name.endswith(".tmp")
            assert is_leftover or now in (text, after[name]), f"{name} is half-written"
        monkeypatch.setattr(files, "_cleaned", set())
        write_file(folder / "next", "")
        assert not list(folder.glob(".protogen-*")), "the next run leaves a temporary file"
        assert len(list(folder.glob("net*.prototxt"))) == NUMBER, "a file is lost"
    # Some of many kills meet a command that has written some of its files.
    assert KILLS < 100 or command not in ("fix", "fmt") or half_done


def finished(folder: Path, arguments: list[str], text: str) -> tuple[float, dict[str, str]]:
    """How long a command takes that is not killed, and what is in the files then."""
    fill(folder, text)
    started = time.monotonic()
    _, status = os.waitpid(start(folder, arguments), 0)
    assert status == 0
    return time.monotonic() - started, contents(folder)
