"""``protogen conv``: how Caffe convolves an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import json_option
from protogen.cli._output import Unusable, report, report_lines, write_text
from protogen.cli._sizes import AxisSizes
from protogen.diagnostics import ProtogenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protogen.render.pointwise import Pointwise
    from protogen.reports.convolution import ConvolutionAxis

#: Those of Caffe; the kernel has none. They are not click's, so that --to can vary what is open.
_DEFAULTS = {"stride": (1, 1), "pad": (0, 0), "dilation": (1, 1)}


@click.command(
    short_help="Show the size and the windows of a convolution.",
    epilog="\b\nExamples:\n  protogen conv 224 --kernel 7 --stride 2 --pad 3\n"
    "  protogen conv 16 --kernel 4 --stride 2 --pad 1 --deconvolution\n"
    "  protogen conv 56 --to 28 --kernel 3\n"
    "  protogen conv 500 --kernel 1 --channels 128 --num-output 1 --svg pixel.svg",
)
@click.argument("size", type=AxisSizes(1))
@click.option("--kernel", "-k", type=AxisSizes(1), metavar="N|HxW", help="Size of the window.")
@click.option("--stride", "-s", type=AxisSizes(1), metavar="N|HxW", help="Step [default: 1].")
@click.option("--pad", "-p", type=AxisSizes(0), metavar="N|HxW", help="Padding [default: 0].")
@click.option("--dilation", "-d", type=AxisSizes(1), metavar="N|HxW", help="Distance [default: 1].")
@click.option("--deconvolution", is_flag=True, help="Show a Deconvolution.")
@click.option(
    "--to", "wanted", type=click.IntRange(1), metavar="N", help="List windows that make this size."
)
@click.option("--channels", type=click.IntRange(1), metavar="N", help="Channels of the bottom.")
@click.option("--num-output", type=click.IntRange(1), metavar="N", help="Channels of the top.")
@click.option("--svg", type=click.Path(allow_dash=True), metavar="OUT", help="Draw the windows.")
@json_option
def command(
    size: tuple[int, int],
    wanted: int | None,
    deconvolution: bool,
    channels: int | None,
    num_output: int | None,
    svg: str | None,
    as_json: bool,
    **window: Any,
) -> None:
    """Show how Caffe convolves an image.

    SIZE is the height and width of the image, as 7x9, or 7 if both are the same. The output is the
    size of the top with its formula, each window below the elements that it touches, and the
    elements in no window. With --to, the windows that make that size. A window of 1x1 with
    --channels and --num-output is explained as the matrix product that it is. The exit code is 1 if
    Caffe rejects the convolution, or if nothing makes the size of --to.
    """
    if wanted is not None:
        # With --to, the settings of the window that are not given are looked for.
        _list_windows(size, wanted, deconvolution, window, as_json)
        return
    # click does not require --kernel, because --to works without it.
    if window["kernel"] is None:
        raise click.UsageError("give --kernel, or --to to find one")
    given = {**_DEFAULTS, **_given(window)}
    axes = _axes(size, given, deconvolution)
    pointwise = _pointwise(size, given, deconvolution, channels, num_output)
    _show(axes, pointwise, svg, as_json)


def _given(window: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """The options of the window that are given."""
    return {name: value for name, value in window.items() if value is not None}


def _axes(
    size: tuple[int, int], window: dict[str, tuple[int, int]], transposed: bool
) -> Sequence[ConvolutionAxis]:
    """Both axes. The command ends here with exit code 1 if Caffe rejects the convolution."""
    from protogen.reports.convolution import convolution_axes

    try:
        return convolution_axes(size, **window, transposed=transposed)
    except ProtogenError as error:
        report_lines(str(error))
        raise click.exceptions.Exit(1) from None


def _show(
    axes: Sequence[ConvolutionAxis], pointwise: Pointwise | None, svg: str | None, as_json: bool
) -> None:
    from protogen.render import convolution
    from protogen.render.json import dumps
    from protogen.render.windows_svg import convolution_svg

    if svg:
        write_text(svg, pointwise.svg if pointwise else convolution_svg(axes))
        report(f"wrote {svg}")
    if as_json:
        click.echo(dumps(convolution.data(axes)))
    # The drawing may be on standard output already.
    elif svg != "-":
        click.echo(pointwise.text if pointwise else convolution.text(axes))


def _list_windows(
    size: tuple[int, int], wanted: int, transposed: bool, window: dict[str, Any], as_json: bool
) -> None:
    from protogen.render.convolution import answers_text
    from protogen.render.json import dumps
    from protogen.reports.convolution import settings_for

    given = _given(window)
    for height, width in (size, *given.values()):
        if height != width:
            raise Unusable("--to looks at one axis: give one number for both axes, as in 56")
    # Height and width are equal here.
    fixed = {name: height for name, (height, _) in given.items()}
    answers = settings_for(size[0], wanted, fixed, transposed=transposed)
    if as_json:
        click.echo(dumps([axis.settings._asdict() for axis in answers]))
    else:
        click.echo(answers_text(size[0], wanted, answers))
    if not answers:
        raise click.exceptions.Exit(1)


def _pointwise(
    size: tuple[int, int],
    window: dict[str, Any],
    transposed: bool,
    channels: int | None,
    num_output: int | None,
) -> Pointwise | None:
    """The explanation of a 1x1, if it is one and the channels are known."""
    from protogen.render.pointwise import Pointwise

    # Either alone says nothing about the matrix.
    if (channels is None) != (num_output is None):
        raise click.UsageError("give --channels and --num-output together")
    if channels is None or num_output is None or transposed:
        return None
    # Then each place of the top depends only on the same place of the bottom.
    is_plain = window["kernel"] == window["stride"] == (1, 1) and window["pad"] == (0, 0)
    if not is_plain:
        return None
    return Pointwise(channels, num_output, *size)
