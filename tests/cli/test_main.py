"""The command line as a whole: its help, its exit codes, and what goes wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from protogen.cli import commands
from tests.cli.test_check import EMPTY
from tests.conftest import ROOT

NAMES = commands.list_commands(click.Context(commands))


def protogen(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "protogen", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def help_of(*arguments: str) -> str:
    runner = CliRunner(env={"COLUMNS": "80"})
    result = runner.invoke(commands, [*arguments, "--help"])
    assert result.exit_code == 0
    return result.stdout


def test_the_commands() -> None:
    assert {"check", "emit", "fmt", "layers", "pool", "shapes", "sizes", "upgrade"} <= set(NAMES)


def any_case_options() -> list[click.Option]:
    context = click.Context(commands)
    found = []
    for name in NAMES:
        for param in commands.get_command(context, name).params:
            if isinstance(param.type, click.Choice) and not param.type.case_sensitive:
                found.append(param)
    return found


@pytest.mark.parametrize("option", any_case_options(), ids=lambda option: option.opts[0])
def test_words_in_any_case_are_spelled_in_errors_as_in_the_help(option: click.Option) -> None:
    words = [f"'{word}'" for word in option.metavar.split("|")]
    with pytest.raises(click.BadParameter, match="'nonsense' is not") as caught:
        option.type.convert("nonsense", option, None)
    assert re.findall(r"'\w+'", caught.value.message) == ["'nonsense'", *words]


def test_no_description_of_a_command_is_cut_off() -> None:
    listing = help_of().partition("Commands:\n")[2].partition("\n\n")[0]
    assert "..." not in listing
    for name in NAMES:
        command = commands.get_command(click.Context(commands), name)
        assert command is not None
        words = command.get_short_help_str(limit=1000).split()
        assert words
        assert " ".join(words) in " ".join(listing.split())


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_command_fits_and_has_an_example(name: str) -> None:
    text = help_of(name)
    assert max(map(len, text.splitlines())) <= 80
    examples = text.partition("Example")[2]
    assert f"protogen {name}" in examples


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_a_description(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help[0].isupper()
            assert parameter.help.endswith((".", "]."))


def test_python_dash_m() -> None:
    run = protogen("--version")
    assert re.fullmatch(r"protogen, version \S+\n", run.stdout)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("chek", 'did you mean "check"?'),
        ("bogus", f"the commands are {', '.join(NAMES)}"),
    ],
)
def test_an_unknown_command(word: str, hint: str) -> None:
    run = protogen(word)
    assert run.returncode == 2
    assert f'Error: unknown command "{word}"; {hint}' in run.stderr


FAILING = """\
import sys
from protogen import cli

def fail(*_, **__):
    raise {error}

cli.commands.invoke = fail
sys.argv = ["protogen", "rules"]
cli.main()
"""


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ("PermissionError(13, 'Permission denied', 'net.prototxt')", 2, "net.prototxt: Permission"),
        ("OSError(28, 'No space left on device')", 2, "cannot write the output: No space left"),
        ("RuntimeError('no idea')", 70, "internal error in protogen (a bug): RuntimeError"),
    ],
)
def test_an_error_is_a_sentence(error: str, code: int, message: str) -> None:
    program = [sys.executable, "-c", FAILING.format(error=error)]
    run = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (code, "")
    assert run.stderr.startswith(f"Error: {message}")
    assert "Traceback" not in run.stderr
    assert ("Please report it" in run.stderr) == (code == 70)


def test_a_traceback_only_if_it_is_asked_for() -> None:
    program = [sys.executable, "-c", FAILING.format(error="RuntimeError('no idea')")]
    variables = {**os.environ, "PROTOGEN_DEBUG": "1"}
    run = subprocess.run(program, capture_output=True, text=True, check=False, env=variables)
    assert "Traceback" in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_closed_streams(in_folder: Path, closed: str) -> None:
    Path("net.prototxt").write_text(EMPTY)
    command = f'"{sys.executable}" -m protogen check net.prototxt {closed}'
    run = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (1, "")
    assert ("Found 1 error" in run.stdout) == (closed != ">&-")


@pytest.mark.parametrize("command", ["check", "emit", "fmt", "shapes", "sizes", "upgrade"])
def test_shells_complete_file_names(command: str) -> None:
    complete = BashComplete(commands, {}, "protogen", "_PROTOGEN_COMPLETE")
    [item] = complete.get_completions([command], "ne")
    assert (item.type, item.value) == ("file", "ne")


def test_shells_complete_formats() -> None:
    complete = BashComplete(commands, {}, "protogen", "_PROTOGEN_COMPLETE")
    items = complete.get_completions(["check", "--format"], "j")
    assert [item.value for item in items] == ["json", "junit"]


def test_standard_error_is_written_in_one_place() -> None:
    # `report` and `report_lines` escape what names of files and of nets may contain.
    for path in (ROOT / "protogen" / "cli").glob("*.py"):
        if path.name != "_output.py":
            assert not re.search(r"\berr=True", path.read_text(encoding="utf-8")), path.name
