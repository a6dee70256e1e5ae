"""``protogen sizes``: the sizes of its images that a net accepts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import json_option, state_options

if TYPE_CHECKING:
    from protogen.reports.sizes import AxisSizes, Sizes

#: The most sizes that one call walks.
_MOST = 10_000

#: So many stretches of sizes are listed one by one, even if they are at equal distances.
_FEW = 4


class _Range(click.ParamType):  # type: ignore[type-arg]
    """``200:700``: the sizes from 200 to 700, both included."""

    name = "FROM:TO"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> range:
        if isinstance(value, range):
            return value
        words = str(value).split(":")
        if len(words) != 2 or not all(word.isascii() and word.isdigit() for word in words):
            self.fail(f'"{value}" is no range; write 200:700', param, ctx)
        first, last = (int(word[:9]) for word in words)
        if not 1 <= first <= last:
            self.fail(f"{value} is empty; a range begins at 1 or more, and ends later", param, ctx)
        if last - first >= _MOST:
            self.fail(f"{value} has more than {_MOST} sizes", param, ctx)
        return range(first, last + 1)


@click.command(
    epilog="Examples: protogen sizes deploy.prototxt; protogen sizes unet.prototxt"
    " --range 200:700; protogen sizes train_val.prototxt --input data=32,3,227,227"
)
@click.argument("net", metavar="FILE_OR_SPEC")
@click.option(
    "--range",
    "sizes",
    type=_Range(),
    default="200:700",
    show_default=True,
    help="The heights and widths to look at.",
)
@state_options
@json_option
def command(
    net: str,
    sizes: range,
    phase: str,
    level: int,
    stages: tuple[str, ...],
    inputs: Any,
    as_json: bool,
) -> None:
    """List the heights and widths of its images for which Caffe accepts a net.

    A size is legal if the bottoms of every layer agree and every pooling window holds something,
    and exact if no pooling rounds besides: then other frameworks make the same sizes of it. The
    nearest to the present size are told too. The exit code is 1 if Caffe refuses the present size.
    """
    from protogen.cli._input import read_net, shapes_given
    from protogen.diagnostics import Severity
    from protogen.graph import State
    from protogen.reports.sizes import safe_sizes

    made = read_net(net)
    found = made.current.findings
    for diagnostic in found:
        if diagnostic.severity is not Severity.NOTE:
            click.echo(str(diagnostic), err=True)
    if any(diagnostic.severity is Severity.ERROR for diagnostic in found):
        raise click.exceptions.Exit(1)
    state = State(phase, level, stages)
    report = safe_sizes(made.analysis(state, shapes_given(made, inputs)), sizes)
    if report is None:
        raise click.ClickException(
            f"{net} has no images: no blob of 4 axes that no layer computes; if it is a data"
            " layer's, give its shape: --input data=1,3,224,224"
        )
    click.echo(_json(report, sizes) if as_json else _text(report, sizes))
    if report.refused:
        raise click.exceptions.Exit(1)


def _text(report: Sizes, sizes: range) -> str:
    """The report for people."""
    images = " and ".join(f'"{name}"' for name in report.images)
    lines = [f"{images}: {_present(report)}"]
    if report.together:
        lines.append(f'height and width do not go alone: layer "{report.together}" depends on both')
    for title, found in (("legal", report.nearest), ("exact", report.nearest_exact)):
        if report.present is not None:
            told = "none near" if found is None else _size(found)
            lines.append(f"nearest {title} size: {told}")
    alike: dict[tuple[str, str], list[str]] = {}
    for axis in report.axes:
        alike.setdefault((_runs(axis.legal, sizes), _runs(axis.exact, sizes)), []).append(axis.name)
    for (legal, exact), names in alike.items():
        lines += ["", f"{' and '.join(names)}, of {sizes[0]} to {sizes[-1]}"]
        lines += [f"  legal  {legal}", f"  exact  {exact}"]
    return "\n".join(lines)


def _present(report: Sizes) -> str:
    if report.present is None:
        return "of a size that is not known; say it with --input"
    return f"{_size(report.present)}, which Caffe {'refuses' if report.refused else 'accepts'}"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _runs(found: tuple[int, ...], sizes: range) -> str:
    """The sizes, neighbours as one stretch: ``203-204, 235-236, ... 683-684 (every 32)``."""
    if len(found) == len(sizes):
        return "all"
    runs: list[list[int]] = []
    for size in found:
        if runs and size == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], size]
        else:
            runs.append([size])
    told = ["-".join(map(str, run)) for run in runs]
    # The first and the last stretch may be cut off by the range.
    steps = {after[0] - before[0] for before, after in pairwise(runs[1:])}
    steps |= {after[-1] - before[-1] for before, after in pairwise(runs[:-1])}
    if len(runs) > _FEW and len(steps) == 1:
        told = [*told[:2], f"... {told[-1]} (every {steps.pop()})"]
    return ", ".join(told) or "none"


def _axis(axis: AxisSizes) -> dict[str, Any]:
    return {"axis": axis.name, "legal": axis.legal, "exact": axis.exact}


def _json(report: Sizes, sizes: range) -> str:
    from protogen.render.json import dumps

    return dumps(
        {
            "images": report.images,
            "present": report.present,
            "accepted": not report.refused,
            "range": [sizes[0], sizes[-1]],
            "together": report.together,
            "nearest_legal": report.nearest,
            "nearest_exact": report.nearest_exact,
            "axes": [_axis(axis) for axis in report.axes],
        }
    )
