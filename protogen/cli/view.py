"""``protogen view``: a page with the graph of a net, or an editor in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import Spec, proto_option, set_option, suited_state_options
from protogen.cli._output import Unusable, check_output, report, write_text

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.net import Net


@click.command(
    short_help="Write a page with the graph of a net, or edit it in a browser.",
    epilog="\b\nExamples:\n  protogen view deploy.prototxt\n"
    "  protogen view zoo:googlenet -o googlenet.html\n"
    "  protogen view --serve deploy.prototxt",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    help="File to write [default: the name of FILE with .html, in this folder].",
)
@click.option("--serve", is_flag=True, help="Serve an editor with the page, on this machine only.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Port of --serve [default: a free one].",
)
@set_option
@suited_state_options
@proto_option
def command(
    spec: str | None,
    output: str | None,
    serve: bool,
    port: int,
    settings: Any,
    schema: str | None,
    **state: Any,
) -> None:
    """Write one HTML file that shows a net in any browser, without a network.

    It has the graph with the shape of every blob, which can be searched and folded; for each layer
    its text, cost, receptive field and findings; and the table of all layers. Layers in place are
    part of the box whose top they change. A net with faults is drawn, too; the exit code is then 1.

    With --serve, the page has an editor, and follows what is typed or what another editor saves. It
    never writes to FILE. Without FILE the editor is empty.
    """
    if serve and output:
        raise click.UsageError("give either --serve or -o")
    if serve:
        _serve(spec, dict(settings), port, state, schema)
        return
    # Only the editor can begin with nothing.
    if spec is None:
        raise click.UsageError("give a FILE, or --serve for an empty editor")
    _write(spec, output, dict(settings), state, schema)


def _write(
    spec: str,
    output: str | None,
    settings: dict[str, Any],
    state: dict[str, Any],
    schema: str | None,
) -> None:
    from protogen.cli._input import (
        analyze,
        named_files,
        read_partial_net,
        report_rejection,
        split_spec,
    )
    from protogen.render.page import page

    file, _ = split_spec(spec)
    # In the current folder, because that of the net may be read-only.
    target = output or _default_output(file)
    check_output(target, [file])
    net, mistakes = read_partial_net(spec, settings, schema)
    check_output(target, named_files(net))
    analysis = analyze(net, **state)
    title = Path(spec).name if spec != "-" else net.name or "standard input"
    # A net with faults is shown, too: the page is where to look for them.
    write_text(target, page(net, analysis, title))
    if target != "-":
        report(f"wrote {target}")
    if mistakes or not analysis.ok:
        report_rejection(net, analysis, mistakes)
        raise click.exceptions.Exit(1)


def _default_output(file: str) -> str:
    """The name of a page; that of zoo:lenet is zoo_lenet.html, because Windows has no colons."""
    if file == "-":
        return "net.html"
    # A colon of a SPEC is not allowed in the names of files on Windows.
    return f"{Path(file.replace(':', '_')).stem}.html"


def _serve(
    spec: str | None, settings: dict[str, Any], port: int, state: dict[str, Any], schema: str | None
) -> None:
    """Serve the editor until the user stops it."""
    from protogen.cli._input import analyze, is_composed, read_partial_net
    from protogen.cli._page_server import Editor, PageServer

    def analyze_text(net: Net) -> Analysis:
        # A text that is being typed may lack a blob of --input.
        try:
            return analyze(net, **state)
        except Unusable:
            return analyze(net, **{**state, "inputs": ()})

    text, file, title = "", None, "untitled.prototxt"
    if spec is not None:
        net, _ = read_partial_net(spec, settings, schema)
        text, title = net.to_prototxt(), Path(spec).name
        # The page follows a file that changes; what a program composes is read once.
        if spec != "-" and not is_composed(spec):
            file = Path(spec)
    try:
        server = PageServer(Editor(title, text, file, analyze_text, schema), port)
    except OSError as error:
        raise Unusable(f"port {port} cannot be served: {error.strerror or error}") from None
    report(f"serving {server.url} (Ctrl+C stops)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        report("stopped")
    finally:
        server.server_close()
