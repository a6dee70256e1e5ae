"""``protogen sizes``: the sizes of images that a net accepts."""

from __future__ import annotations

import re
from typing import Any

import click

from protogen.cli._options import Spec, json_option, proto_option, state_options

#: The most sizes that one call tries.
_MOST = 10_000

_RANGE = re.compile(r"(\d{1,9}):(\d{1,9})", re.ASCII)


class _Range(click.ParamType):  # type: ignore[type-arg]
    """``200:700``: the sizes from 200 to 700, both included."""

    name = "FROM:TO"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> range:
        if isinstance(value, range):
            return value
        found = _RANGE.fullmatch(str(value))
        if not found:
            self.fail(f'expected a range like 200:700, got "{value}"', param, ctx)
        first, last = int(found[1]), int(found[2])
        if first < 1:
            self.fail(f"a range must start at 1 or more, got {value}", param, ctx)
        if last < first:
            self.fail(f"{value} is empty: {last} is less than {first}", param, ctx)
        if last - first >= _MOST:
            self.fail(f"{value} has more than {_MOST} sizes", param, ctx)
        return range(first, last + 1)


@click.command(
    short_help="List the image sizes that a net accepts.",
    epilog="\b\nExamples:\n  protogen sizes deploy.prototxt\n"
    "  protogen sizes unet.prototxt --range 200:700\n"
    "  protogen sizes train_val.prototxt --input data=32,3,227,227",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@click.option(
    "--range",
    "sizes",
    type=_Range(),
    default="200:700",
    show_default=True,
    help="Heights and widths to try.",
)
@state_options
@proto_option
@json_option
def command(
    spec: str,
    sizes: range,
    schema: str | None,
    as_json: bool,
    **state: Any,
) -> None:
    """List the heights and widths of images for which Caffe accepts a net.

    A size is legal if Caffe accepts the net and no pooling window is empty. It is exact if, in
    addition, no pooling rounds, so that other frameworks compute the same sizes. The legal and the
    exact size nearest to the present one are listed, too. The exit code is 1 if Caffe rejects the
    present size.
    """
    from protogen.cli._input import analyze, read_net_or_exit
    from protogen.render.json import dumps
    from protogen.render.sizes import data, text
    from protogen.reports.sizes import safe_sizes

    net, mistakes = read_net_or_exit(spec, schema=schema)
    analysis = analyze(net, **state)
    report = safe_sizes(analysis, sizes)
    if report is None:
        raise click.ClickException(
            f"{spec} has no images: every blob with 4 axes is computed by a layer. If a data layer"
            " produces the images, give their shape: --input data=1,3,224,224"
        )
    click.echo(dumps(data(report, sizes)) if as_json else text(report, sizes))
    # Caffe may reject a net for other reasons than its size, too.
    if report.rejected or mistakes or not analysis.ok:
        raise click.exceptions.Exit(1)
