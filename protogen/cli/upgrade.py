"""``protogen upgrade``: an old net or solver in today's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from protogen.cli._output import write_text

if TYPE_CHECKING:
    from protogen.text.upgrade import Kind

__all__ = ["command"]


@click.command("upgrade", epilog="Example: protogen upgrade --in-place train_val.prototxt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    help="Where to write it (default: standard output).",
)
@click.option("-i", "--in-place", is_flag=True, help="Write it over FILE.")
@click.option(
    "--kind",
    type=click.Choice(["net", "solver"]),
    help="What FILE holds (default: told from its fields).",
)
def command(file: str, output: str, in_place: bool, kind: Kind | None) -> None:
    """Bring FILE, a net or solver of an old Caffe, to the current format; - is standard input.

    The result is what Caffe's upgrade tools make of it. What needs no change stays as it is
    written, and comments travel with the fields they belong to. Where a field has no place in the
    current format nothing is written and the exit code is 1.
    """
    from protogen.text.upgrade import upgrade

    if in_place and (file == "-" or output != "-"):
        raise click.UsageError("--in-place needs a FILE and no --output")
    with click.open_file(file, "rb") as source:
        data = source.read()
    result = upgrade(data, kind, "<stdin>" if file == "-" else file)
    for diagnostic in result.diagnostics:
        click.echo(str(diagnostic), err=True)
    if not result.ok or result.text is None:
        raise click.exceptions.Exit(1)
    target = file if in_place else output
    if not in_place or result.text.encode("utf-8", "surrogateescape") != data:
        write_text(target, result.text)
