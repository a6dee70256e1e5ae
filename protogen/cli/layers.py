"""``protogen layers``: the reference of layer types."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from protogen.cli._options import json_option
from protogen.cli._output import Unusable


@click.command(epilog="\b\nExamples:\n  protogen layers\n  protogen layers Pooling")
@click.argument("layer_type", metavar="[TYPE]", required=False)
@json_option
def command(layer_type: str | None, as_json: bool) -> None:
    """List the layer types, or show all of one TYPE: what it takes and makes, and its fields.

    In Python the fields are keywords: L.Pooling(x, kernel_size=3, stride=2).
    """
    if layer_type is None:
        _list(as_json)
    else:
        _show(layer_type, as_json)


def _list(as_json: bool) -> None:
    from protogen import layers
    from protogen.render.json import dumps
    from protogen.render.reference import index_table
    from protogen.render.table import show
    from protogen.reports.reference import refer

    references = [refer(schema) for schema in layers.all_types()]
    if as_json:
        keys = ("type", "bottoms", "tops", "summary")
        click.echo(dumps([{key: getattr(each, key) for key in keys} for each in references]))
    else:
        show(sys.stdout, index_table(references))


def _show(layer_type: str, as_json: bool) -> None:
    from protogen import layers
    from protogen.render.json import dumps
    from protogen.render.reference import text
    from protogen.reports.reference import refer

    schema = layers.find(layer_type)
    if schema is None:
        near = layers.suggest(layer_type) or '"protogen layers" lists those there are'
        raise Unusable(f'no layer type "{layer_type}"; {near}')
    reference = refer(schema)
    if not as_json:
        click.echo(text(reference))
        return
    data = asdict(reference)
    data["parameters"] = [
        {
            "name": parameter.name,
            "message": parameter.message,
            "fields": [field._asdict() for field in (*parameter.fields, *parameter.fork_fields)],
        }
        for parameter in reference.parameters
    ]
    click.echo(dumps(data))
