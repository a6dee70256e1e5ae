"""Where results go: standard output, or a file."""

from __future__ import annotations

import click

__all__ = ["Unusable", "write_text"]


class Unusable(click.ClickException):
    """Something given on the command line cannot be used: a sentence, and exit code 2."""

    exit_code = 2


def write_text(path: str, text: str) -> None:
    """Write UTF-8 to a file, in one step, or to standard output for ``-``."""
    if path == "-":
        click.echo(text.encode("utf-8", "surrogateescape"), nl=False)
        return
    from protogen.files import write_file

    try:
        write_file(path, text)
    except OSError as error:
        raise Unusable(f"{path} cannot be written: {error.strerror or error}") from None
