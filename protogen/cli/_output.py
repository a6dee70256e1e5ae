"""Where results go: standard output, or a file."""

from __future__ import annotations

import os
from collections.abc import Iterable

import click

__all__ = ["Unusable", "check_output", "write_text"]


class Unusable(click.ClickException):
    """Something on the command line cannot be used: a sentence, and exit code 2."""

    exit_code = 2


def check_output(path: str, inputs: Iterable[str]) -> None:
    """Raise `Unusable` if writing to ``path`` would overwrite one of the files that were read."""
    output = os.path.realpath(path)
    if path != "-" and any(os.path.realpath(each) == output for each in inputs):
        raise Unusable(f"{path} is read by this command, and would be overwritten by its output")


def write_text(path: str, text: str) -> None:
    """Write UTF-8 to a file, in one step, or to standard output if ``path`` is ``-``."""
    if path == "-":
        click.echo(text.encode("utf-8", "surrogateescape"), nl=False)
        return
    from protogen.files import write_file

    try:
        write_file(path, text)
    except OSError as error:
        raise Unusable(f"{path} cannot be written: {error.strerror or error}") from None
