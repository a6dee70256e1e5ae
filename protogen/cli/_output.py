"""Where results go: standard output, or a file."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterable
from pathlib import Path

import click

from protogen.diagnostics import one_line

__all__ = [
    "Unusable",
    "check_output",
    "report",
    "report_error",
    "report_lines",
    "write_bytes",
    "write_text",
]


class Unusable(click.ClickException):
    """Something on the command line cannot be used: a sentence, and exit code 2."""

    exit_code = 2


def report(sentence: str) -> None:
    """Print one line on standard error. It may have names from nets and of files in it."""
    click.echo(one_line(sentence), err=True)


def report_lines(text: str) -> None:
    """Print lines on standard error, which are safe but for what they quote."""
    for line in text.split("\n"):
        # Quoted lines keep their tabs, so that the caret below stands where it should.
        click.echo("\t".join(map(one_line, line.split("\t"))), err=True)


def report_error(error: click.ClickException) -> None:
    """Print a usage error on standard error. A wrong argument may be the name of a file."""
    lines = io.StringIO()
    error.show(lines)
    report_lines(lines.getvalue().rstrip("\n"))


def check_output(path: str, inputs: Iterable[str], hint: str = "") -> None:
    """Raise `Unusable` if writing to ``path`` would overwrite one of the files that were read."""
    if path != "-" and any(_is_same_file(path, each) for each in inputs):
        message = f"{path} is read by this command, and would be overwritten by its output"
        raise Unusable(message + hint)


def _is_same_file(path: str, other: str) -> bool:
    # Also by another name, such as a hard link.
    try:
        return Path(path).samefile(other)
    # One of them does not exist.
    except (OSError, ValueError):
        return False


def write_text(path: str, text: str, *, read: bytes | None = None) -> None:
    """Write a text as UTF-8, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8", "surrogateescape"), read=read)


def write_bytes(path: str, data: bytes, *, read: bytes | None = None) -> None:
    """Write a file in one step, or standard output if ``path`` is ``-``.

    ``read`` is what the file held when it was read. Raises `Unusable` if it was changed since, or
    if it cannot be written.
    """
    if path == "-":
        click.echo(data, nl=False)
        return
    from protogen.files import FileChangedError, write_file

    links = _other_names(path)
    try:
        write_file(path, data, read=read)
    except FileChangedError:
        raise Unusable(f"{path} was changed while it was read; it stays as it is") from None
    # A name with a null character is a ValueError.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unusable(f"{path} cannot be written: {reason}") from None
    if links:
        report(f"{path}: its other names (hard links: {links}) keep the old text")


def _other_names(path: str) -> int:
    """The number of further hard links to a file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - one call for both answers
    except (OSError, ValueError):
        return 0
    # A folder is linked from the folders in it.
    if not stat.S_ISREG(status.st_mode):
        return 0
    return status.st_nlink - 1
