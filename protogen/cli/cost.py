"""``protogen cost``: what each layer of a net computes."""

from __future__ import annotations

import sys
from typing import Any

import click

from protogen.cli._options import Spec, json_option, proto_option, set_option, state_options


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
    phase: str,
    level: int,
    stages: tuple[str, ...],
    inputs: Any,
    schema: str | None,
    as_json: bool,
) -> None:
    """Count what each layer of a net computes for one image.

    Multiply-accumulates (MACs) are products with weights. Additions, multiplications, divisions,
    comparisons and exponentials are those of everything else, and are not part of the MACs. A
    pooling reads the pixels that are really inside its windows. The column buffer is the memory in
    which a Convolution lays out its windows. JSON has the numbers of the whole batch.
    """
    from protogen.cli._input import exit_if_rejected, read_net_or_exit, shapes_given
    from protogen.graph import State
    from protogen.render import cost as render
    from protogen.render.json import dumps
    from protogen.reports.cost import measure_cost
    from protogen.reports.reductions import find_reductions
    from protogen.reports.summary import summarize

    net, mistakes = read_net_or_exit(spec, dict(settings), schema)
    analysis = net.analysis(State(phase, level, stages), shapes_given(net, inputs))
    parameters = summarize(analysis).parameters
    terminal = sys.stdout.isatty()
    if without_reductions:
        found = find_reductions(analysis, parameters)
        text = dumps(render.reductions_data(found)) if as_json else ""
        text = text or render.reductions_text(found, terminal)
    else:
        cost = measure_cost(analysis, parameters)
        text = dumps(render.data(cost)) if as_json else render.text(cost, terminal)
    click.echo(text, file=sys.stdout)
    exit_if_rejected(net, analysis, mistakes)
