"""``protogen rules``: the list of everything that ``protogen check`` reports."""

from __future__ import annotations

import sys

import click

from protogen.cli._options import json_option


@click.command(short_help="List all rules.", epilog="Example: protogen rules --json")
@json_option
def command(as_json: bool) -> None:
    """List all rules: code, name, severity, [*] if --fix can fix its findings, and a summary."""
    from protogen.checks import all_rules
    from protogen.render.json import dumps
    from protogen.render.rules import facts, rules_table
    from protogen.render.table import show

    if as_json:
        click.echo(dumps([facts(each) for each in all_rules()]))
    else:
        show(sys.stdout, rules_table(all_rules()))
