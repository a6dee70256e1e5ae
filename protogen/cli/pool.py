"""``protogen pool``: what Caffe makes of one pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import json_option

if TYPE_CHECKING:
    from protogen.reports.pooling import Axis

#: Beyond this an axis has no place in an image, and its windows none in memory.
LARGEST = 1_000_000


class PerAxis(click.ParamType):  # type: ignore[type-arg]
    """A number for both axes, or height and width: ``7`` or ``7x9``."""

    name = "N or HxW"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        words = str(value).lower().split("x")
        if len(words) > 2 or not all(word.isascii() and word.isdigit() for word in words):
            self.fail(f'"{value}" is no size; write a whole number, or two like 7x9', param, ctx)
        numbers = tuple(int(word[:9]) for word in words)
        if not all(self.least <= number <= LARGEST for number in numbers):
            self.fail(f"{value} is outside of {self.least} to {LARGEST}", param, ctx)
        return numbers


@click.command(
    epilog="\b\nExamples:\n  protogen pool 5 --kernel 2 --stride 2\n"
    "  protogen pool 7x9 --kernel 3x2 --stride 2 --pad 1x0 --pool AVE"
)
@click.argument("size", type=PerAxis(1))
@click.option(
    "--kernel", "-k", type=PerAxis(1), metavar="N|HxW", required=True, help="Size of the window."
)
@click.option(
    "--stride",
    "-s",
    type=PerAxis(1),
    metavar="N|HxW",
    default="1",
    show_default=True,
    help="Step of the window.",
)
@click.option(
    "--pad",
    "-p",
    type=PerAxis(0),
    metavar="N|HxW",
    default="0",
    show_default=True,
    help="Padding on each side.",
)
@click.option(
    "--round-mode",
    type=click.Choice(["CEIL", "FLOOR"], case_sensitive=False),
    metavar="CEIL|FLOOR",
    default="CEIL",
    show_default=True,
    help="How Caffe rounds the number of windows.",
)
@click.option(
    "--pool",
    type=click.Choice(["MAX", "AVE"], case_sensitive=False),
    metavar="MAX|AVE",
    default="MAX",
    show_default=True,
    help="What is taken of each window.",
)
@json_option
def command(
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    pad: tuple[int, ...],
    round_mode: str,
    pool: str,
    as_json: bool,
) -> None:
    """Show what pooling makes of an axis of SIZE elements, or of an image of HxW.

    The size of the top with the formula behind it, each window drawn over the elements it covers,
    and the size in other frameworks.
    """
    from protogen.reports.pooling import explain

    given = (size, kernel, stride, pad)
    one = all(len(set(each)) == 1 for each in given)
    sizes, kernels, strides, pads = ((each[0], each[-1]) for each in given)
    axes = explain(sizes, kernels, strides, pads, pool=pool, floor=round_mode == "FLOOR")
    if as_json:
        from protogen.render.json import dumps

        click.echo(dumps({"pool": pool, "round_mode": round_mode, "axes": [*map(_data, axes)]}))
        return
    if one:
        click.echo(_section(axes[0], pool, ""))
        return
    shown = "x".join
    click.echo(
        f"{shown(str(axis.size) for axis in axes)} -> {shown(str(axis.pooled) for axis in axes)}\n"
    )
    click.echo("\n\n".join(_section(axis, pool, f"{axis.name}: ") for axis in axes))


def _section(axis: Axis, pool: str, title: str) -> str:
    """All that is told of one axis."""
    from protogen.render.table import Table, plain
    from protogen.render.windows import draw, formula
    from protogen.reports.pooling import elsewhere

    given = f"{pool}, kernel {axis.kernel}, stride {axis.stride}, pad {axis.pad}"
    rows = [
        ("refused" if row.size is None else str(row.size), row.framework, row.option, row.note)
        for row in elsewhere(axis)
    ]
    table = Table(("size", "in", "with", ""), rows, right=(0,))
    return "\n".join(
        [
            f"{title}{axis.size} -> {axis.pooled}  ({given})",
            f"  {formula(axis)}",
            "",
            *(f"  {line}" for line in draw(axis, pool)),
            "",
            *(f"  {line}" for line in plain(table).split("\n")),
        ]
    )


def _data(axis: Axis) -> dict[str, Any]:
    """One axis, for scripts."""
    from protogen.render.windows import formula
    from protogen.reports.pooling import elsewhere

    windows = [{**window._asdict(), "kind": window.kind} for window in axis.windows()]
    return {
        "axis": axis.name,
        "size": axis.size,
        "kernel": axis.kernel,
        "stride": axis.stride,
        "pad": axis.pad,
        "pooled": axis.pooled,
        "formula": formula(axis),
        "empty_windows": sum(window["kind"] == "empty" for window in windows),
        "windows": windows,
        "elsewhere": [row._asdict() for row in elsewhere(axis)],
    }
