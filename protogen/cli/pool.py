"""``protogen pool``: how Caffe pools an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import AnyCase, json_option
from protogen.cli._output import report, report_lines, write_text
from protogen.cli._sizes import AxisSizes
from protogen.diagnostics import ProtogenError

if TYPE_CHECKING:
    from protogen.reports.pooling import Axis


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
    round_mode: str,
    pool: str,
    svg: str | None,
    as_json: bool,
    **window: Any,
) -> None:
    """Show how Caffe pools an image.

    SIZE is the height and width of the image, as 7x9, or 7 if both are the same. The output is the
    size after pooling with its formula, each window drawn over the elements that it covers, and
    the size in other frameworks. The exit code is 1 if Caffe rejects the pooling.
    """
    from protogen.render import pooling
    from protogen.render.json import dumps
    from protogen.render.windows_svg import pooling_svg

    # One file has room for one drawing.
    if svg and len(sizes) > 1:
        raise click.UsageError("--svg draws one SIZE")
    accepted = _accepted(sizes, pool=pool, floor=round_mode == "FLOOR", **window)
    if svg and accepted:
        write_text(svg, pooling_svg(accepted[0], pool))
        report(f"wrote {svg}")
    if as_json and accepted:
        data = [pooling.data(axes, pool, round_mode) for axes in accepted]
        # A single SIZE, as most callers ask for, needs no list around it.
        click.echo(dumps(data[0] if len(sizes) == 1 else data))
    # The drawing may be on standard output already.
    elif accepted and svg != "-":
        click.echo("\n\n".join([pooling.text(axes, pool) for axes in accepted]))
    # What Caffe accepts is printed all the same.
    if len(accepted) < len(sizes):
        raise click.exceptions.Exit(1)


def _accepted(
    sizes: Sequence[tuple[int, int]],
    *,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    pad: tuple[int, int],
    pool: str,
    floor: bool,
) -> list[tuple[Axis, Axis]]:
    """The axes of each size that Caffe accepts; why it rejects another one is reported."""
    from protogen.reports.pooling import pooling_axes

    found = []
    for size in sizes:
        try:
            found.append(pooling_axes(size, kernel, stride, pad, pool=pool, floor=floor))
        # The other sizes may be fine.
        except ProtogenError as error:
            report_lines(str(error))
    return found
