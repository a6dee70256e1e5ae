"""protogen runs from a zip file and as a program of PyInstaller: it finds its modules and data."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import google.protobuf
import pytest

from protogen._pyinstaller import hook_dirs
from tests.conftest import ROOT

CODE = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
sys.path[:0] = [sys.argv.pop(1)]
import protogen
assert ".zip" in protogen.__file__
from protogen.cli import commands
for line in sys.stdin.read().splitlines():
    print("$", line)
    commands.main(line.split(), standalone_mode=False)
"""
NET = """\
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 4, 4] } } }
layer { name: "p" type: "Pooling" bottom: "d" top: "p" pooling_param { kernel_size: 1 stride: 2 } }
"""

#: Commands that find something by listing a folder, or read a file of ours, and what they print.
COMMANDS = {
    "check net.prototxt --format concise --target opencv4": "warning[F203]",
    "emit net.prototxt --annotate": "# 1x3x3x3",
    "shapes zoo:lenet --format json": '"conv1"',
    "view net.prototxt -o net.html": "wrote net.html",
    "draw net.prototxt -o net.dot": "wrote net.dot",
    "new project": "next: cd project",
    "to-python net.prototxt": "L.Pooling",
    "convert zoo:lenet --to opencv4 --phase TEST --quiet": "ip2",
    "zoo": "squeezenet",
    "targets": "opencv4",
    "explain P101": "empty",
    "layers Convolution": "convolution_param",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zip") / "protogen.zip"
    with zipfile.ZipFile(path, "w") as file:
        for source in (ROOT / "protogen").rglob("*"):
            if source.is_file() and source.suffix != ".pyc":
                file.write(source, source.relative_to(ROOT))
        for template in (ROOT / "templates").rglob("*.*"):
            file.write(
                template, Path("protogen/templates", template.relative_to(ROOT / "templates"))
            )
    return path


def check_output(output: str) -> None:
    parts = output.split("$ ")[1:]
    assert len(parts) == len(COMMANDS), output
    for part, (command, expected) in zip(parts, COMMANDS.items(), strict=True):
        printed = part.removeprefix(command)
        assert printed != part
        assert expected in printed, output


def test_commands_from_a_zip_file(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    packages = Path(google.protobuf.__file__).parents[2]
    result = subprocess.run(
        # Without docstrings and assertions, as `-OO` takes them away.
        [sys.executable, "-uOO", "-c", CODE, str(archive)],
        input="\n".join(COMMANDS),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PYTHONPATH": str(packages), "PATH": ""},
        cwd=tmp_path,
        timeout=120,
    )
    check_output(result.stdout)


def test_the_hook_of_pyinstaller_is_where_it_is_looked_for() -> None:
    assert [Path(folder, "hook-protogen.py").is_file() for folder in hook_dirs()] == [True]


def test_commands_of_a_program_of_pyinstaller(archive: Path, tmp_path: Path) -> None:
    pytest.importorskip("PyInstaller", reason="PyInstaller is not installed")
    (tmp_path / "main.py").write_text("from protogen.__main__ import run\nrun()\n")
    # It looks for modules in folders, and so not where an editable install has them.
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "site")
    build = ["-m", "PyInstaller", "--onedir", "--name", "program", "main.py"]
    subprocess.run(
        [sys.executable, *build],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    (tmp_path / "net.prototxt").write_text(NET)
    output = ""
    for command in COMMANDS:
        program = ["dist/program/program", *command.split()]
        done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
        output += f"$ {command}\n{done.stdout}{done.stderr}"
    check_output(output)
    # Each process that checks files is this program again.
    many = ["dist/program/program", "check", "-j", "2", *["net.prototxt", "project"]]
    done = subprocess.run(many, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "in 2 files" in done.stdout, done.stderr
