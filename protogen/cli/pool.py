"""``protogen pool``: how Caffe pools an image."""

from __future__ import annotations

import click

from protogen.cli._options import AnyCase, json_option
from protogen.cli._output import report, report_lines, write_text
from protogen.cli._sizes import AxisSizes
from protogen.diagnostics import ProtogenError


@click.command(
    short_help="Show the size and the windows of a pooling.",
    epilog="\b\nExamples:\n  protogen pool 5 --kernel 2 --stride 2\n"
    "  protogen pool 7x9 --kernel 3x2 --stride 2 --pad 1x0 --pool AVE\n"
    "  protogen pool 112 113 114 --kernel 3 --stride 2",
)
@click.argument("sizes", metavar="SIZE...", nargs=-1, required=True, type=AxisSizes(1))
@click.option(
    "--kernel",
    "-k",
    type=AxisSizes(1),
    metavar="N|HxW",
    required=True,
    help="Size of the window.",
)
@click.option(
    "--stride",
    "-s",
    type=AxisSizes(1),
    metavar="N|HxW",
    default="1",
    show_default=True,
    help="Step of the window.",
)
@click.option(
    "--pad",
    "-p",
    type=AxisSizes(0),
    metavar="N|HxW",
    default="0",
    show_default=True,
    help="Padding on each side.",
)
@click.option(
    "--round-mode",
    type=AnyCase("CEIL", "FLOOR"),
    metavar="CEIL|FLOOR",
    default="CEIL",
    show_default=True,
    help="How to round the number of windows.",
)
@click.option(
    "--pool",
    type=AnyCase("MAX", "AVE"),
    metavar="MAX|AVE",
    default="MAX",
    show_default=True,
    help="What to take from each window.",
)
@click.option(
    "--svg", type=click.Path(allow_dash=True), metavar="OUT", help="Draw the windows of one SIZE."
)
@json_option
def command(
    sizes: tuple[tuple[int, int], ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    pad: tuple[int, int],
    round_mode: str,
    pool: str,
    svg: str | None,
    as_json: bool,
) -> None:
    """Show how Caffe pools an image.

    SIZE is the height and width of the image, as 7x9, or 7 if both are the same. The output is the
    size after pooling with its formula, each window drawn over the elements that it covers, and
    the size in other frameworks. The exit code is 1 if Caffe rejects the pooling.
    """
    from protogen.render import pooling
    from protogen.render.json import dumps
    from protogen.render.windows_svg import pooling_svg
    from protogen.reports.pooling import Axis, pooling_axes

    if svg and len(sizes) > 1:
        raise click.UsageError("--svg draws one SIZE")
    floor = round_mode == "FLOOR"
    accepted: list[tuple[Axis, Axis]] = []
    for size in sizes:
        try:
            accepted.append(pooling_axes(size, kernel, stride, pad, pool=pool, floor=floor))
        except ProtogenError as error:
            report_lines(str(error))
    if svg and accepted:
        write_text(svg, pooling_svg(accepted[0], pool))
        report(f"wrote {svg}")
    if as_json and accepted:
        data = [pooling.data(axes, pool, round_mode) for axes in accepted]
        click.echo(dumps(data[0] if len(sizes) == 1 else data))
    elif accepted and svg != "-":
        click.echo("\n\n".join(pooling.text(axes, pool) for axes in accepted))
    if len(accepted) < len(sizes):
        raise click.exceptions.Exit(1)
