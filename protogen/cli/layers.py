"""``protogen layers``: the reference of layer types."""

from __future__ import annotations

import sys

import click

from protogen.cli._options import json_option
from protogen.cli._output import Unusable


@click.command(
    short_help="List the layer types, or describe one.",
    epilog="\b\nExamples:\n  protogen layers\n  protogen layers Pooling",
)
@click.argument("layer_type", metavar="[TYPE]", required=False)
@json_option
def command(layer_type: str | None, as_json: bool) -> None:
    """List the layer types, or describe TYPE: its bottoms, tops, learnable blobs and fields.

    In Python, fields are keyword arguments: L.Pooling(x, kernel_size=3, stride=2).
    """
    if layer_type is None:
        _list(as_json)
    else:
        _describe(layer_type, as_json)


def _list(as_json: bool) -> None:
    from protogen import layers
    from protogen.render.json import dumps
    from protogen.render.reference import index_data, index_table
    from protogen.render.table import show
    from protogen.reports.reference import layer_reference

    references = [layer_reference(schema) for schema in layers.all_types()]
    if as_json:
        click.echo(dumps(index_data(references)))
    else:
        show(sys.stdout, index_table(references))


def _describe(layer_type: str, as_json: bool) -> None:
    from protogen import layers
    from protogen.render.json import dumps
    from protogen.render.reference import data, text
    from protogen.reports.reference import layer_reference

    # Types of forks are found, too, also those that the list leaves out.
    schema = layers.find(layer_type)
    if schema is None:
        hint = layers.suggest(layer_type) or '"protogen layers" lists the types'
        raise Unusable(f'unknown layer type "{layer_type}"; {hint}')
    reference = layer_reference(schema)
    click.echo(dumps(data(reference)) if as_json else text(reference))
