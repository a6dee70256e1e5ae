"""``protogen receptive-field``: what the elements of a blob see of an input."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import Spec, json_option, proto_option, state_options
from protogen.cli._output import Unusable, report

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.graph import Value
    from protogen.reports.receptive_field import Box, ReceptiveField

_PLACE = re.compile(r"\d{1,9}(,\d{1,9})*", re.ASCII)


class _Element(click.ParamType):  # type: ignore[type-arg]
    """``3,5``: the coordinates of an element."""

    name = "Y,X"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        if not _PLACE.fullmatch(str(value)):
            self.fail(f'expected coordinates like 3,5, got "{value}"', param, ctx)
        return tuple(map(int, str(value).split(",")))


@click.command(
    short_help="Show what each element of a blob sees of the image.",
    epilog="\b\nExamples:\n  protogen receptive-field deploy.prototxt\n"
    "  protogen receptive-field deploy.prototxt conv5 --at 6,6\n"
    "  protogen receptive-field train_val.prototxt conv5 --input data=1,3,227,227",
)
@click.argument("spec", type=Spec(), metavar="FILE|SPEC")
@click.argument("blob", required=False)
@click.option("--to", metavar="INPUT", help="The blob to look at [default: the images].")
@click.option(
    "--at",
    "place",
    type=_Element(),
    metavar="Y,X",
    help="Show the box that one element sees; C,Y,X for one channel.",
)
@state_options
@proto_option
@json_option
def command(
    spec: str,
    blob: str | None,
    to: str | None,
    place: tuple[int, ...] | None,
    schema: str | None,
    as_json: bool,
    **state: Any,
) -> None:
    """Show the receptive field of BLOB, or of every blob of a net.

    The size, the stride and the effective padding are those of a field that no border cuts off.
    The box of one element is exact: what lies in the padding is left out. Where the fields of
    elements differ, as behind a Deconvolution, the largest one is given. What cannot be known is
    shown as ?, with the reason on standard error; the exit code is then 1, as it is for a whole
    net that Caffe would reject.
    """
    from protogen.cli._input import analyze, exit_if_rejected, read_net_or_exit

    if place is not None and blob is None:
        raise click.UsageError("--at needs a BLOB")
    net, mistakes = read_net_or_exit(spec, schema=schema)
    analysis, source = _source(spec, analyze(net, **state), to)
    if blob is None:
        _print_all(analysis, source, as_json)
        # The fields of the layers before a fault are right, so they are printed first.
        exit_if_rejected(net, analysis, mistakes)
    else:
        # One blob may be fine in a net that Caffe rejects.
        _print_one(analysis, source, blob, place, as_json)


def _source(spec: str, analysis: Analysis, to: str | None) -> tuple[Analysis, Value]:
    """The blob to look at. Its channels are known in the analysis that is returned with it."""
    from protogen.named_blobs import find_value
    from protogen.reports.images import default_source
    from protogen.reports.receptive_field import with_channels

    source = find_value(analysis, to) if to else default_source(analysis)
    if source is None:
        raise click.ClickException(f"{spec} has no inputs; name another blob with --to")
    # The size of a field does not depend on the channels, which only a database may know.
    analysis = with_channels(analysis, source)
    return analysis, analysis.values[source.name]


def _print_all(analysis: Analysis, source: Value, as_json: bool) -> None:
    """Print a row for each blob. The command ends here with exit code 1 if one is unclear."""
    from protogen.render import receptive_field as render
    from protogen.render.json import dumps
    from protogen.render.table import table_text
    from protogen.reports.receptive_field import fields

    found = list(fields(analysis, source))
    if as_json:
        click.echo(dumps([render.data(each) for each in found]))
    else:
        click.echo(table_text(render.table(found), sys.stdout.isatty()))
    _report_unclear(render.unclear_reasons(found))


def _print_one(
    analysis: Analysis, source: Value, blob: str, place: tuple[int, ...] | None, as_json: bool
) -> None:
    """Print the field of a blob, and with a place the box of that element."""
    from protogen.named_blobs import find_value
    from protogen.render import receptive_field as render
    from protogen.render.json import dumps
    from protogen.reports.receptive_field import UnclearField, field_of

    field = field_of(analysis, find_value(analysis, blob), source)
    data = render.data(field)
    if isinstance(field, UnclearField):
        # A script gets its JSON in any case; for people, the reason below says all.
        if as_json:
            click.echo(dumps(data))
        _report_unclear([field.reason])
        return
    text = render.text(field)
    if place is not None:
        box = _box(field, place)
        coordinates = ", ".join(map(str, place))
        data = {**data, "at": place, "box": render.box_data(box)}
        text = f"{text}\n  the element at {coordinates}: {render.box_text(box)}"
    click.echo(dumps(data) if as_json else text)


def _box(field: ReceptiveField, place: tuple[int, ...]) -> Box | None:
    # A place outside of the blob, or with too many coordinates.
    try:
        return field.at(*place)
    except IndexError as error:
        raise Unusable(f"--at: {error}") from None


def _report_unclear(reasons: list[str]) -> None:
    for reason in reasons:
        report(f"unknown: {reason}")
    if reasons:
        raise click.exceptions.Exit(1)
