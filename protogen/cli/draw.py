"""``protogen draw``: the graph of a net as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from protogen.cli._options import AnyCase, Spec, proto_option, set_option, suited_state_options
from protogen.cli._output import Unusable, check_output, report, write_bytes


@click.command(
    short_help="Draw the graph of a net as SVG, PNG or PDF.",
    epilog="\b\nExamples:\n  protogen draw deploy.prototxt -o net.svg\n"
    "  protogen draw zoo:googlenet -o googlenet.pdf --columns 3",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="OUT",
    required=True,
    help="File to write: .svg, .png or .pdf, or .dot for Graphviz.",
)
@click.option(
    "--direction",
    type=AnyCase("TB", "LR"),
    default="TB",
    show_default=True,
    metavar="TB|LR",
    help="From top to bottom, or from left to right.",
)
@click.option(
    "--columns",
    type=click.IntRange(1, 20),
    default=1,
    show_default=True,
    metavar="N",
    help="Wrap the graph into columns, for a page.",
)
@set_option
@suited_state_options
@proto_option
def command(
    spec: str,
    output: str,
    direction: str,
    columns: int,
    settings: Any,
    schema: str | None,
    **state: Any,
) -> None:
    """Draw the graph of a net with the shape of every blob.

    Layers in place are part of the box whose top they change. Scopes and blocks are frames; in a
    large net, what repeats is folded. Layers with errors have a red outline. Needs pygraphviz: pip
    install 'caffe-protogen[draw]'; a .dot file does not, nor does protogen view. A net with faults
    is drawn, too; the exit code is then 1.
    """
    from protogen.cli._input import (
        analyze,
        named_files,
        read_partial_net,
        report_rejection,
        split_spec,
    )
    from protogen.render.dot import dot

    file_format = _format(output)
    check_output(output, [split_spec(spec)[0]])
    net, mistakes = read_partial_net(spec, dict(settings), schema)
    check_output(output, named_files(net))
    analysis = analyze(net, **state)
    write_bytes(output, _drawn(dot(analysis, direction.upper(), columns), file_format))
    report(f"wrote {output}")
    if mistakes or not analysis.ok:
        report_rejection(net, analysis, mistakes)
        raise click.exceptions.Exit(1)


def _format(output: str) -> str:
    """The format by the end of a file's name. Raises `Unusable` for an unknown one."""
    from protogen.render.dot import FORMATS

    found = Path(output).suffix.removeprefix(".").lower()
    if found not in (*FORMATS, "dot"):
        raise Unusable(f"{output}: expected a name that ends in .svg, .png, .pdf or .dot")
    return found


def _drawn(text: str, file_format: str) -> bytes:
    """The picture of a text of Graphviz; for ``dot`` the text itself."""
    from protogen.render.dot import graphviz

    # Graphviz itself is not needed to write the text for it.
    if file_format == "dot":
        return text.encode()
    try:
        return graphviz(text, file_format)
    except ImportError:
        raise Unusable(
            "draw needs pygraphviz: pip install 'caffe-protogen[draw]'; protogen view needs nothing"
        ) from None
