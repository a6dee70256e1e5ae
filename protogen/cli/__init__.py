"""The command line: one file for each command, imported only when it runs.

A command is a file here that defines ``command``, a click command; its name is the file's.
Exit codes: 0 clean, 1 findings, 2 usage (a wrong option, a file that is not there).
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from pathlib import Path

import click

from protogen._version import __version__
from protogen.diagnostics import ProtogenError, did_you_mean

__all__ = ["main"]

#: What a shell reports of a program that a signal ended: 128 and the signal's number.
INTERRUPTED, BROKEN_PIPE = 130, 141

#: A fault of protogen's own.
INTERNAL = 70


class Commands(click.Group):
    """The commands are the files of this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        stems = (path.stem for path in Path(__file__).parent.glob("*.py"))
        return sorted(stem for stem in stems if not stem.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"{__name__}.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in (known := self.list_commands(ctx)):
            hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
            raise click.UsageError(f'no command "{name}"; {hint}', ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever reads our output has left; Python must not try to flush it once more. To
            # click, further out, this would be an exit code of 1.
            _write_no_more()
            raise click.exceptions.Exit(BROKEN_PIPE) from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: protogen shapes deploy.prototxt",
)
@click.version_option(__version__, prog_name="protogen")
def commands() -> None:
    """Compose, read and check Caffe nets, with the shapes a real Caffe would compute."""


def _write_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_what_is_closed() -> None:
    """Stand nothing in for standard streams that the caller closed (``>&-``)."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115


def main() -> None:
    """Run the command line; what goes wrong is a sentence, never a traceback."""
    _open_what_is_closed()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name may hold what its encoding has not
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(commands.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except ProtogenError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:  # a full disk, say
        _write_no_more()
        where = error.filename or "the output"
        click.echo(f"{where} cannot be written: {error.strerror or error}", err=True)
        sys.exit(2)
    except Exception as error:
        if os.environ.get("PROTOGEN_DEBUG"):
            raise
        click.echo(f"protogen failed, which is a fault of its own: {error!r}", err=True)
        click.echo("Please report it, with what PROTOGEN_DEBUG=1 prints.", err=True)
        sys.exit(INTERNAL)
