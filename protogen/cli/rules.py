"""``protogen rules``: the list of what ``protogen check`` looks for."""

from __future__ import annotations

import sys

import click

from protogen.cli._options import json_option


@click.command(epilog="Example: protogen rules --json")
@json_option
def command(as_json: bool) -> None:
    """List the rules: code, name, severity, whether they have a fix [*], and what they find."""
    from protogen.checks import all_rules
    from protogen.render.json import dumps
    from protogen.render.rules import facts, rules_table
    from protogen.render.table import show

    if as_json:
        click.echo(dumps([facts(each) for each in all_rules()]))
    else:
        show(sys.stdout, rules_table(all_rules()))
