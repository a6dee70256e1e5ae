"""``protogen shapes``: the shape of every blob of a net, as Caffe would compute it."""

from __future__ import annotations

import sys
from typing import Any

import click

from protogen.cli._options import (
    FormatsCommand,
    Spec,
    json_option,
    proto_option,
    set_option,
    state_options,
)
from protogen.render.net import FORMATS


@click.command(
    cls=FormatsCommand,
    formats=FORMATS,
    short_help="Print the shape of every blob of a net.",
    epilog="\b\nExamples:\n  protogen shapes deploy.prototxt\n"
    "  protogen shapes train_val.prototxt --all-phases --input data=32,3,227,227\n"
    "  protogen shapes nets.py:resnet --set depth=50 --phase TRAIN",
)
@click.argument("specs", type=Spec(), metavar="FILE|FOLDER|SPEC...", nargs=-1, required=True)
@set_option
@proto_option
@state_options
@click.option("--all-phases", is_flag=True, help="Show TRAIN and TEST side by side.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS.names()),
    metavar="FORMAT",
    default="table",
    show_default=True,
    help="How to print the shapes.",
)
@json_option
def command(
    specs: tuple[str, ...],
    settings: Any,
    schema: str | None,
    phase: str,
    all_phases: bool,
    format_name: str,
    as_json: bool,
    inputs: Any,
    **state: Any,
) -> None:
    """Print the layers of nets with the shapes of their tops and learnable blobs, and their
    multiply-accumulates.

    Give prototxt files, - for standard input, folders, or Python programs that compose a net
    (SPEC: file.py, or file.py:name for one of its nets or functions). Folders are searched for
    *.prototxt files that git does not ignore. An unknown size is shown as ?. What is wrong with a
    net is printed on standard error; the exit code is 1 if Caffe would reject a net.
    """
    module = FORMATS.load("json" if as_json else format_name)
    exit_code = _print(
        module,
        specs=specs,
        settings=dict(settings),
        phases=("TRAIN", "TEST") if all_phases else (phase,),
        inputs=inputs,
        state=state,
        schema=schema,
    )
    if exit_code:
        raise click.exceptions.Exit(exit_code)


def _print(module: Any, **options: Any) -> int:
    """Print the nets in a format, one at a time, and return the exit code."""
    from protogen.cli._nets import NetReader
    from protogen.render.context import Context

    # If the format prints the findings itself, they must not be printed twice.
    reader = NetReader(**options, print_diagnostics=not module.INCLUDES_DIAGNOSTICS)
    summaries = reader.summaries()
    for part in module.render(summaries, Context(terminal=sys.stdout.isatty())):
        # click would write UTF-8 to a standard output whose encoding is ASCII, unless it is named.
        click.echo(part, file=sys.stdout)
    return reader.exit_code
