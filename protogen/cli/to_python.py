"""``protogen to-python``: a net as a Python program that composes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from protogen.cli._input import display_name, named_files, read_net_or_exit, split_spec
from protogen.cli._options import Spec, data_option
from protogen.cli._output import check_output, write_text

if TYPE_CHECKING:
    from protogen.render.program import Style

__all__ = ["command"]


@click.command(
    short_help="Write a net as a Python program.",
    epilog="\b\nExamples:\n  protogen to-python deploy.prototxt -o net.py\n"
    "  protogen to-python --style netspec train_val.prototxt",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    default="-",
    help="File to write [default: standard output].",
)
@click.option(
    "--style",
    type=click.Choice(["dsl", "netspec"]),
    default="dsl",
    show_default=True,
    help="The functions of protogen, or those of pycaffe.",
)
@data_option
def command(spec: str, output: str, style: Style) -> None:
    """Write a net as a Python program that composes it.

    Parts that repeat become functions and loops, modules of published networks calls of
    protogen.blocks, and equal settings of layers constants. Comments are kept. A net of an old
    format is upgraded.

    Before anything is written the program is run, and its net compared with the one given. Layers
    that Caffe would reject are added as they are, outside of the checks of composing. What the
    reader does not know is reported on standard error, and is not in the program; the exit code is
    then 1.
    """
    from protogen.diagnostics import Severity
    from protogen.render.program import to_python

    check_output(output, [split_spec(spec)[0]])
    net, _ = read_net_or_exit(spec)
    # The net says only now which other files it reads.
    check_output(output, named_files(net))
    write_text(output, to_python(net, style, title=Path(display_name(spec)).name))
    # The program lacks what could not be read.
    if any(each.severity is Severity.ERROR for each in net.current.findings):
        raise click.exceptions.Exit(1)
