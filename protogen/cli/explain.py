"""``protogen explain``: the documentation of a rule."""

from __future__ import annotations

import sys

import click

from protogen.cli._output import Unusable


@click.command(
    short_help="Explain a rule.",
    epilog="\b\nExamples:\n  protogen explain P101\n  protogen explain pooling-rounds",
)
@click.argument("rule", metavar="CODE|NAME")
def command(rule: str) -> None:
    """Explain a rule: what it does, why this is a problem, an example, and how to fix it."""
    from protogen.checks import all_rules
    from protogen.render.rules import show

    found = all_rules().find(rule)
    if found is None:
        raise Unusable(f'unknown rule "{rule}"; {all_rules().nearest(rule)}')
    show(sys.stdout, found)
