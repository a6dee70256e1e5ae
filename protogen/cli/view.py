"""``protogen view``: a page with the graph of a net."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from protogen.cli._options import Spec, set_option, states_options
from protogen.cli._output import check_output, report, write_text


@click.command(
    short_help="Write a page with the graph of a net.",
    epilog="\b\nExamples:\n  protogen view deploy.prototxt\n"
    "  protogen view zoo:googlenet -o googlenet.html",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    help="File to write [default: the name of FILE with .html, in this folder].",
)
@set_option
@states_options
def command(
    spec: str,
    output: str | None,
    settings: Any,
    phase: str | None,
    level: int,
    stages: tuple[str, ...],
    inputs: Any,
) -> None:
    """Write one HTML file that shows a net in any browser, without a network.

    It has the graph with the shape of every blob, which can be searched and folded; for each layer
    its text, cost, receptive field and findings; and the table of all layers. Layers in place are
    part of the box whose top they change. A net with faults is drawn, too; the exit code is then 1.
    """
    from protogen.cli._input import read_partial_net, shapes_given, split_spec
    from protogen.graph import State
    from protogen.render.page import page
    from protogen.reports.summary import default_phase

    file, _ = split_spec(spec)
    target = output or _default_output(file)
    check_output(target, [file])
    net, mistakes = read_partial_net(spec, dict(settings))
    state = State(phase or default_phase(net, level, stages), level, stages)
    analysis = net.analysis(state, shapes_given(net, inputs))
    title = Path(spec).name if spec != "-" else net.name or "standard input"
    write_text(target, page(net, analysis, title))
    if target != "-":
        report(f"wrote {target}")
    if mistakes or not analysis.ok:
        raise click.exceptions.Exit(1)


def _default_output(file: str) -> str:
    stem = "net" if file == "-" else Path(file.replace(":", "_")).stem
    return f"{stem}.html"
