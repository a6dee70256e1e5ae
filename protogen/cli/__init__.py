"""The command line: one file for each command, imported only when it runs.

A command is a file here that defines ``command``, a click command; its name is the file's.
Exit codes: 0 no findings, 1 findings, 2 usage (a wrong option, a file that does not exist).
"""

from __future__ import annotations

import importlib
import io
import os
import pkgutil
import sys

import click

from protogen._version import __version__
from protogen.cli._output import report, report_error, report_lines
from protogen.diagnostics import ProtogenError, did_you_mean

__all__ = ["main"]

#: The exit codes of a shell for a program that a signal ends: 128 plus the signal's number.
INTERRUPTED, BROKEN_PIPE = 130, 141

#: The exit code for a bug in protogen (``EX_SOFTWARE`` of sysexits.h).
INTERNAL_ERROR = 70


class Commands(click.Group):
    """The commands are the files of this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = [module.name for module in pkgutil.iter_modules(__path__)]
        # The command crop-offset is the file crop_offset.py.
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = cmd_name.replace("-", "_")
        command = importlib.import_module(f"{__name__}.{module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands; unlike click, wrap a long description instead of cutting it off."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            assert command is not None
            rows.append((name, command.get_short_help_str(limit=1000)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = args[0], self.list_commands(ctx)
        if not name.startswith("-") and name not in known:
            hint = did_you_mean(name, known) or f"the commands are {', '.join(known)}"
            raise click.UsageError(f'unknown command "{name}"; {hint}', ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader of our output has gone. click's main would turn this into exit code 1.
            _discard_output()
            raise click.exceptions.Exit(BROKEN_PIPE) from None


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: protogen shapes deploy.prototxt",
)
@click.version_option(__version__, prog_name="protogen")
def commands() -> None:
    """Compose, read and check Caffe nets, with the shapes that Caffe would compute."""


def _discard_output() -> None:
    """Send the rest of standard output nowhere, so that Python's last flush does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _replace_closed_streams() -> None:
    """Open the null device for standard streams that the caller has closed (``>&-``)."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115


def _prepare_output() -> None:
    """Let standard output take every character, and ASCII as ASCII."""
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return
    # A name may contain characters that the encoding of the output lacks.
    sys.stdout.reconfigure(errors="backslashreplace")
    # In UTF-16, say, JSON and XML would not be what they claim to be.
    if "{}".encode(sys.stdout.encoding, "replace") != b"{}":
        sys.stdout.reconfigure(encoding="utf-8")


def main() -> None:
    """Run the command line. Whatever goes wrong is reported in a sentence, not a traceback."""
    _replace_closed_streams()
    _prepare_output()
    try:
        sys.exit(commands.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        report_error(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        report("interrupted")
        sys.exit(INTERRUPTED)
    except ProtogenError as error:
        report_lines(str(error))
        sys.exit(1)
    except OSError as error:
        sys.exit(_report_os_error(error))
    except Exception as error:
        if os.environ.get("PROTOGEN_DEBUG"):
            raise
        sys.exit(_report_internal_error(error))


def _report_os_error(error: OSError) -> int:
    """Report an error of the operating system, and return the exit code."""
    reason = error.strerror or str(error)
    if error.filename is None:  # standard output: a full disk, say
        _discard_output()
        report(f"Error: cannot write the output: {reason}")
    else:
        report(f"Error: {os.fsdecode(error.filename)}: {reason}")
    return 2


def _report_internal_error(error: Exception) -> int:
    """Report a bug in protogen, and return the exit code."""
    report(f"Error: internal error in protogen (a bug): {error!r}")
    report(
        "Please report it, with the file you used and the output of the same command with"
        " PROTOGEN_DEBUG=1 set."
    )
    if _is_overwritten():
        report(
            'The distribution "protogen" is a different project that installs a package with the'
            " same name over this one: pip uninstall protogen caffe-protogen, then install"
            " caffe-protogen again."
        )
    return INTERNAL_ERROR


def _is_overwritten() -> bool:
    """Whether the other project with this import name is installed in the same environment."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        distribution("protogen")
    except PackageNotFoundError:
        return False
    return True
