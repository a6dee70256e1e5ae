"""``protogen cost``: what each layer of a net computes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import Spec, json_option, proto_option, set_option, state_options

if TYPE_CHECKING:
    from protogen.analysis import Analysis


@click.command(
    short_help="Count the operations of each layer, by kind.",
    epilog="\b\nExamples:\n  protogen cost deploy.prototxt\n"
    "  protogen cost googlenet.prototxt --without-reductions",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@click.option(
    "--without-reductions",
    is_flag=True,
    help="Show what each 1x1 reduction saves: the cost with and without it.",
)
@set_option
@state_options
@proto_option
@json_option
def command(
    spec: str,
    without_reductions: bool,
    settings: Any,
    schema: str | None,
    as_json: bool,
    **state: Any,
) -> None:
    """Count what each layer of a net computes for one image.

    Multiply-accumulates (MACs) are products with weights. Additions, multiplications, divisions,
    comparisons and exponentials are those of everything else, and are not part of the MACs. A
    pooling reads the pixels that are really inside its windows. The column buffer is the memory in
    which a Convolution lays out its windows. JSON has the numbers of the whole batch.
    """
    from protogen.cli._input import analyze, exit_if_rejected, read_net_or_exit

    net, mistakes = read_net_or_exit(spec, dict(settings), schema)
    analysis = analyze(net, **state)
    text = _reductions(analysis, as_json) if without_reductions else _cost(analysis, as_json)
    # click would write UTF-8 to a standard output whose encoding is ASCII, unless it is named.
    click.echo(text, file=sys.stdout)
    # What is known of a rejected net is printed; its totals say "at least".
    exit_if_rejected(net, analysis, mistakes)


def _cost(analysis: Analysis, as_json: bool) -> str:
    from protogen.render import cost as render
    from protogen.render.json import dumps
    from protogen.reports.cost import measure_cost
    from protogen.reports.summary import summarize

    cost = measure_cost(analysis, summarize(analysis).parameters)
    if as_json:
        return dumps(render.data(cost))
    return render.text(cost, sys.stdout.isatty())


def _reductions(analysis: Analysis, as_json: bool) -> str:
    from protogen.render import cost as render
    from protogen.render.json import dumps
    from protogen.reports.reductions import find_reductions
    from protogen.reports.summary import summarize

    found = find_reductions(analysis, summarize(analysis).parameters)
    if as_json:
        return dumps(render.reductions_data(found))
    return render.reductions_text(found, sys.stdout.isatty())
