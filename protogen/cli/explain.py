"""``protogen explain``: the documentation of a rule."""

from __future__ import annotations

import sys

import click

from protogen.cli._output import Unusable


@click.command(epilog="\b\nExamples:\n  protogen explain P101\n  protogen explain pooling-rounds")
@click.argument("rule", metavar="CODE|NAME")
def command(rule: str) -> None:
    """Print what a rule looks for, why that is bad, an example, and the example mended."""
    from protogen.checks._catalogue import find_rule, nearest_rule
    from protogen.render.rules import show

    found = find_rule(rule)
    if found is None:
        raise Unusable(f'there is no rule "{rule}"; {nearest_rule(rule)}')
    show(sys.stdout, found)
