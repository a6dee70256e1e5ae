"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner

from protogen import ComposeError
from protogen.cli import commands
from protogen.render.findings import FORMATS
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


#: Each command of protogen with the output below it.
SHOWN = [
    shown.groups()
    for block in blocks("console")
    for shown in re.finditer(r"^\$ protogen (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]

COMPOSE = next(block for block in blocks("python") if "with Net(" in block)


def test_the_founding_question_is_answered() -> None:
    assert any(command.startswith("pool ") and shown for command, shown in SHOWN)


@pytest.mark.parametrize(("command", "shown"), SHOWN)
def test_a_command_prints_what_is_shown(command: str, shown: str) -> None:
    done = CliRunner().invoke(commands, shlex.split(command))
    assert (done.exit_code, done.stdout) == (0, shown)


def test_the_composed_net_is_as_the_comments_say(
    in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(COMPOSE, "lenet.py", "exec"), {})
    said = re.search(r"print\(x\.shape\)  # (\(.*?\))", COMPOSE)
    assert said is not None
    assert capsys.readouterr().out == said[1] + "\n" == "(64, 20, 12, 12)\n"
    assert (in_folder / "lenet.prototxt").read_text().startswith('name: "LeNet"\n')


def test_the_mistake_is_reported_as_shown() -> None:
    misspelt = COMPOSE.replace("kernel_size=5", "kernal_size=5")
    with pytest.raises(ComposeError) as caught:
        exec(compile(misspelt, "lenet.py", "exec"), {})
    assert str(caught.value) + "\n" in blocks("text")


@pytest.mark.parametrize("name", commands.list_commands(Context(commands)))
def test_every_command_has_a_row(name: str) -> None:
    rows = re.findall(rf"^\| `protogen {name}[ `].*", README, re.MULTILINE)
    assert len(rows) == 1


def test_the_formats_are_mentioned() -> None:
    text = (ROOT / "docs" / "checking.md").read_text("utf-8")
    missing = []
    for name in FORMATS.names():
        # The first one in a sentence follows its option.
        if f"`{name}`" not in text and f"`--format {name}`" not in text:
            missing.append(name)
    assert missing == []
