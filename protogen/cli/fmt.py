"""``protogen fmt``: prototxt files in one layout."""

from __future__ import annotations

import click

from protogen.cli._differences import show_difference
from protogen.cli._output import write_text
from protogen.diagnostics import ProtogenError

__all__ = ["command"]


@click.command("fmt", epilog="Example: protogen fmt --check models/*.prototxt")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Lay out FILES in one way; - takes standard input and writes to standard output.

    One field a line, two spaces a level, comments kept where they are. The meaning of a file does
    not change. A file that is not well formed stays as it is, and the exit code is 1.
    """
    outcomes = [_format(file, check, diff) for file in files]
    if "broken" in outcomes or (check and "changed" in outcomes):
        raise click.exceptions.Exit(1)


def _format(file: str, check: bool, diff: bool) -> str:
    """Handle one file; say whether it is ``broken``, ``changed`` or ``same``."""
    from protogen.text import format_text

    with click.open_file(file, "rb") as source:
        text = source.read().decode("utf-8", "surrogateescape")
    name = "<stdin>" if file == "-" else file
    try:
        formatted = format_text(text, name)
    except ProtogenError as error:
        _complain(error, text)
        return "broken"
    if diff:
        show_difference(name, text, formatted)
    elif check and formatted != text:
        click.echo(f"would change {name}", err=True)
    elif not check and (formatted != text or file == "-"):
        write_text(file, formatted)
    return "same" if formatted == text else "changed"


def _complain(error: ProtogenError, text: str) -> None:
    from protogen.render.text import diagnostics

    click.echo(diagnostics(error.diagnostics, lambda _: text), err=True)
