"""``protogen summary``: how large a net is, and how much it computes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import Spec, json_option, proto_option, set_option, suited_state_options

if TYPE_CHECKING:
    from protogen.cli._nets import NetReader
    from protogen.render.summary import Layout
    from protogen.reports.summary import NetSummary


class _Columns(click.ParamType):  # type: ignore[type-arg]
    """``layer,macs``: names of columns."""

    name = "NAMES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        from protogen.diagnostics import did_you_mean
        from protogen.render.summary import COLUMNS

        # An empty word is a comma too many.
        names = tuple(filter(None, map(str.strip, str(value).split(","))))
        for name in names:
            if name not in COLUMNS:
                hint = did_you_mean(name, COLUMNS) or f"the columns are {', '.join(COLUMNS)}"
                self.fail(f'no column "{name}"; {hint}', param, ctx)
        if not names:
            self.fail("name at least one column", param, ctx)
        return names


@click.command(
    short_help="Print parameters, multiply-accumulates and memory of nets.",
    epilog="\b\nExamples:\n  protogen summary deploy.prototxt\n"
    "  protogen summary googlenet.prototxt --depth 1 --sort macs\n"
    "  protogen summary deploy.prototxt --batch 1 --columns layer,tops,macs --csv\n"
    "  protogen summary a.prototxt b.prototxt c.prototxt",
)
@click.argument("specs", type=Spec(), metavar="FILE|FOLDER|SPEC...", nargs=-1, required=True)
@set_option
@suited_state_options
@proto_option
@click.option("--all-phases", is_flag=True, help="Show TRAIN and TEST.")
@click.option(
    "--batch", type=click.IntRange(1), metavar="N", help="Number of images in place of the net's."
)
@click.option(
    "--depth",
    type=click.IntRange(1),
    metavar="N",
    help="Join layers whose names agree in N parts between slashes.",
)
@click.option(
    "--sort",
    type=click.Choice(["macs", "parameters", "statistics", "memory", "layer"]),
    metavar="COLUMN",
    help="Sort by macs, parameters, statistics, memory or layer.",
)
@click.option(
    "--columns",
    type=_Columns(),
    metavar="NAMES",
    help="Columns to show: layer, type, bottoms, tops, learnable, parameters, statistics, macs,"
    " memory, share.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
def command(
    specs: tuple[str, ...],
    depth: int | None,
    sort: str | None,
    columns: tuple[str, ...] | None,
    as_json: bool,
    as_csv: bool,
    as_markdown: bool,
    **options: Any,
) -> None:
    """Print the layers of a net with their parameters, multiply-accumulates (MACs) and memory, and
    the totals. Of several nets print the totals, a row for each.

    MACs and memory are those of one image; the totals have those of the batch, too. Parameters are
    what the net learns, and what layers share counts once. The statistics that BatchNorm keeps are
    counted separately. A phase is TEST unless the net is intended for TRAIN only. What is unknown
    is left out, and the total then says "at least". The exit code is 1 if Caffe would reject a net.
    """
    from protogen.render.summary import Layout

    # Each is a flag, and click does not know that they exclude each other.
    if as_json + as_csv + as_markdown > 1:
        raise click.UsageError("give only one of --json, --csv and --markdown")
    reader = _reader(specs, print_diagnostics=not as_json, **options)
    nets = list(reader.summaries())
    # A reader of JSON wants an empty list rather than nothing.
    if nets or as_json:
        text = _output(nets, Layout(columns or (), depth, sort), as_json, as_csv, as_markdown)
        # click would write UTF-8 to a standard output whose encoding is ASCII, unless it is named.
        click.echo(text, file=sys.stdout)
    if reader.exit_code:
        raise click.exceptions.Exit(reader.exit_code)


def _reader(
    specs: tuple[str, ...],
    *,
    settings: Any,
    phase: str | None,
    all_phases: bool,
    inputs: Any,
    batch: int | None,
    schema: str | None,
    print_diagnostics: bool,
    **state: Any,
) -> NetReader:
    from protogen.cli._nets import NetReader

    phases: tuple[str, ...] = ()
    if all_phases:
        # In the order in which Caffe numbers them.
        phases = ("TRAIN", "TEST")
    elif phase is not None:
        phases = (phase,)
    return NetReader(
        specs,
        dict(settings),
        phases,
        inputs,
        state,
        print_diagnostics=print_diagnostics,
        batch=batch,
        schema=schema,
    )


def _output(
    nets: list[NetSummary], layout: Layout, as_json: bool, as_csv: bool, as_markdown: bool
) -> str:
    from protogen.render import summary
    from protogen.render.json import dumps

    if as_json:
        return dumps(summary.nets_data(nets))
    if as_csv:
        return summary.csv_text(nets, layout)
    if as_markdown:
        return summary.markdown(nets, layout)
    return summary.nets_text(nets, layout, sys.stdout.isatty())
