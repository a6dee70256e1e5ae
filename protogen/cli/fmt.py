"""``protogen fmt``: prototxt files in one layout."""

from __future__ import annotations

import click

from protogen.cli._differences import show_difference
from protogen.cli._input import display_name, read_file
from protogen.cli._options import proto_option
from protogen.cli._output import Unusable, report, report_error, report_lines, write_text
from protogen.diagnostics import ProtogenError

__all__ = ["command"]


@click.command(
    "fmt",
    short_help="Format prototxt files.",
    epilog="\b\nExamples:\n  protogen fmt deploy.prototxt\n  protogen fmt --check models/",
)
@click.argument(
    "files",
    metavar="FILE|FOLDER...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True),
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@proto_option
def command(files: tuple[str, ...], check: bool, diff: bool, schema: str | None) -> None:
    """Format prototxt files in place: one field per line, two spaces per level.

    Comments stay where they are, and the meaning of a file does not change. With -, standard input
    is formatted to standard output. Folders are searched for *.prototxt files that git does not
    ignore. A file with a syntax error is left as it is, and the exit code is 1.
    """
    from protogen.cli._files import search_files

    # Named files are formatted whatever they are called; only folders are searched.
    search = search_files(files)
    # One bad file does not keep the others from being formatted.
    outcomes = {_format(file, check, diff, schema) for file in search.files}
    if search.problems or "unusable" in outcomes:
        raise click.exceptions.Exit(2)
    if "broken" in outcomes or (check and "changed" in outcomes):
        raise click.exceptions.Exit(1)


def _format(file: str, check: bool, diff: bool, schema: str | None) -> str:
    """Format one file. Return ``unusable``, ``broken``, ``changed`` or ``same``."""
    from protogen.net_files import message_class
    from protogen.text import format_text

    name = display_name(file)
    try:
        data = read_file(file)
        text = data.decode("utf-8", "surrogateescape")
        formatted = format_text(text, name, message_class("NetParameter", schema))
    except Unusable as error:
        report_error(error)
        return "unusable"
    except ProtogenError as error:
        _report(error, text)
        return "broken"
    if diff:
        show_difference(name, text, formatted)
    elif check and formatted != text:
        report(f"would change {name}")
    # Standard input is written in any case, as in a pipeline.
    elif not check and (formatted != text or file == "-"):
        write_text(file, formatted, read=data)
    if formatted == text:
        return "same"
    return "changed"


def _report(error: ProtogenError, text: str) -> None:
    from protogen.render.diagnostic import diagnostics_text

    report_lines(diagnostics_text(error.diagnostics, lambda _: text))
