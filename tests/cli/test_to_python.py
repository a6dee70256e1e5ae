"""``protogen to-python``: what is written, and that nothing is if it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import protogen
from protogen.cli.emit import command as emit
from protogen.cli.to_python import command
from protogen.render.program import ProgramError, source

NET = """\
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }
layer { name: "relu" type: "ReLU" bottom: "data" top: "relu" }
"""


def run(*arguments: object, data: str = NET) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], input=data)


def test_a_program_is_written_that_emits_the_net(in_folder: Path) -> None:
    Path("net.prototxt").write_text(NET)
    done = run("net.prototxt", "-o", "net.py")
    assert (done.exit_code, done.output) == (0, "")
    text = Path("net.py").read_text()
    assert text.startswith('"""net.prototxt, written by protogen to-python."""\n')
    emitted = CliRunner().invoke(emit, ["net.py"])
    assert protogen.loads(emitted.stdout).to_proto() == protogen.loads(NET).to_proto()


def test_nothing_is_written_if_the_net_differs(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "difference", lambda *_: 'layer 1, "relu" (ReLU), differs')
    done = run("-", "-o", "net.py")
    assert isinstance(done.exception, ProgramError)
    assert str(done.exception) == 'layer 1, "relu" (ReLU), differs'
    assert not Path("net.py").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layer {", "error[T1"),
        ("\x00\x01binary", "binary file"),
        ("layer { name: ${NAME} }", "error[T"),
    ],
)
def test_a_damaged_text(in_folder: Path, text: str, message: str) -> None:
    done = run("-", "-o", "net.py", data=text)
    assert done.exit_code == 1
    assert message in done.stderr
    assert not Path("net.py").exists()


def test_an_unknown_field_is_reported() -> None:
    done = run("-", data=NET.replace('top: "relu"', 'top: "relu" color: 1'))
    assert "color" in done.stderr
    assert 'L.ReLU(data, name="relu")' in done.stdout


def test_the_output_is_not_the_input(in_folder: Path) -> None:
    Path("net.prototxt").write_text(NET)
    done = run("net.prototxt", "-o", "net.prototxt")
    assert done.exit_code == 2
    assert Path("net.prototxt").read_text() == NET
