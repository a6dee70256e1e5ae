"""``protogen upgrade``: a net or solver of an old version of Caffe in the current format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from protogen.cli._input import display_name, read_file
from protogen.cli._options import proto_option
from protogen.cli._output import check_output, report_lines, write_text

if TYPE_CHECKING:
    from protogen.text.upgrade import Kind

__all__ = ["command"]


@click.command(
    "upgrade",
    short_help="Convert old nets and solvers to the current format.",
    epilog="\b\nExamples:\n  protogen upgrade old.prototxt -o new.prototxt\n"
    "  protogen upgrade --in-place train_val.prototxt",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="OUT",
    default="-",
    help="File to write [default: standard output].",
)
@click.option("-i", "--in-place", is_flag=True, help="Write the result to FILE.")
@click.option(
    "--kind",
    type=click.Choice(["net", "solver"]),
    help="What FILE contains [default: detected from its fields].",
)
@proto_option
def command(file: str, output: str, in_place: bool, kind: Kind | None, schema: str | None) -> None:
    """Convert FILE, a net or solver of an old version of Caffe, to the current format.

    The result is that of Caffe's own upgrade tools. Text that needs no change stays as it is, and
    comments move with their fields. Use - for standard input. If the current format has no place
    for a field, nothing is written and the exit code is 1.
    """
    from protogen.net_files import message_class
    from protogen.text.upgrade import upgrade

    if in_place and (file == "-" or output != "-"):
        raise click.UsageError("--in-place needs a FILE and no --output")
    # The file that is read must not be lost to a mistake in --output.
    check_output(output, [file], "; use --in-place for that")
    data = read_file(file)
    net, solver = (message_class(f"{name}Parameter", schema) for name in ("Net", "Solver"))
    result = upgrade(data, kind, display_name(file), {"net": net, "solver": solver})
    for diagnostic in result.diagnostics:
        report_lines(str(diagnostic))
    # A text that lacks a field is not written, not even to another file.
    if not result.ok or result.text is None:
        raise click.exceptions.Exit(1)
    if not in_place:
        write_text(output, result.text)
    # A file that needs no change keeps its time, by which make decides.
    elif result.text.encode("utf-8", "surrogateescape") != data:
        write_text(file, result.text, read=data)
