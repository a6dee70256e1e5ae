"""``protogen targets``: the programs that read prototxt, and what each accepts."""

from __future__ import annotations

import sys

import click

from protogen.cli._options import json_option
from protogen.cli._output import Unusable


@click.command(
    short_help="List the programs that read prototxt, or describe one.",
    epilog="\b\nExamples:\n  protogen targets\n  protogen targets opencv4",
)
@click.argument("name", metavar="[NAME]", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """List the programs that read prototxt, or describe NAME: the layer types, fields and old
    formats that it knows, how it rounds poolings, its limits and what it computes otherwise.

    Each fact has its source, and whether the program was run or only read.
    """
    from protogen import targets
    from protogen.render.json import dumps
    from protogen.render.table import show
    from protogen.render.targets import data, targets_table, text

    if name is None:
        if as_json:
            click.echo(dumps([data(each) for each in targets.all_targets()]))
        else:
            show(sys.stdout, targets_table(targets.all_targets()))
        return
    try:
        target = targets.get(name)
    except ValueError as error:
        raise Unusable(str(error)) from None
    click.echo(dumps(data(target)) if as_json else text(target))
