"""``protogen zoo``: the published networks."""

from __future__ import annotations

import sys

import click

from protogen.cli._options import json_option
from protogen.cli._output import Unusable


@click.command(
    short_help="List the published networks, or describe one.",
    epilog="\b\nExamples:\n  protogen zoo\n  protogen zoo resnet50\n"
    '  protogen emit "zoo:resnet50?classes=10&size=64"',
)
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """List the published networks, or describe NAME: its figures, its source and its options.

    Each is equal to the file that was published, and a SPEC of every command that reads nets:
    zoo:resnet50. Its options follow as in zoo:resnet50?classes=10&size=64. Weights include biases,
    scales and shifts.
    """
    from protogen import zoo
    from protogen.render.json import dumps
    from protogen.render.networks import data, table, text
    from protogen.render.table import show
    from protogen.reports.networks import summarize_network

    if name is not None:
        try:
            # People copy the name from a SPEC, with its zoo:.
            summary = summarize_network(zoo.find(name.removeprefix("zoo:")))
        except zoo.ZooError as error:
            raise Unusable(str(error)) from None
        click.echo(dumps(data(summary)) if as_json else text(summary))
        return
    summaries = [summarize_network(zoo.find(each)) for each in zoo.names()]
    if as_json:
        click.echo(dumps([data(each) for each in summaries]))
    else:
        show(sys.stdout, table(summaries))
