"""``protogen convert``: a net in the dialect of another program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import (
    AnyCase,
    Spec,
    input_option,
    json_option,
    proto_option,
    set_option,
)
from protogen.cli._output import Unusable, check_output, report, report_lines, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protogen.targets import Target
    from protogen.transforms import Result


@click.command(
    short_help="Write a net so that another program reads it.",
    epilog="\b\nExamples:\n  protogen convert net.prototxt --to opencv4 -o net_cv.prototxt\n"
    "  protogen convert train_val.prototxt --to ncnn --phase TEST",
)
@click.argument("spec", type=Spec())
@click.option(
    "--to",
    "names",
    required=True,
    metavar="TARGET",
    help='One that "protogen targets" lists, or several separated by commas.',
)
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    default="-",
    help="File to write [default: standard output].",
)
@click.option(
    "--phase",
    type=AnyCase("TEST"),
    metavar="TEST",
    help="Write the deploy net [default: for targets that ignore phases].",
)
@input_option
@click.option("--force", is_flag=True, help="Write the net even if Caffe or the target rejects it.")
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Print warnings only, not what is done.")
@set_option
@proto_option
def command(
    spec: str,
    names: str,
    output: str,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Write the net of SPEC so that TARGET loads it and computes what Caffe computes. Of several
    targets, each does.

    Poolings that round down are spelled as the target reads it, or get a Slice that drops what
    rounding up adds. Layers that the target lacks are replaced by others that compute the same,
    other defaults are written out, and fields that only training reads are removed. Each change is
    reported, with the weights that it changes; --json prints that as JSON, and the net goes to
    OUT. Blobs keep their names, unless a layer in place is replaced by others that cannot be.

    If the target cannot express the net, the layers are named, nothing is written, and the exit
    code is 1.
    """
    from protogen.render.conversion import data
    from protogen.render.json import dumps

    if as_json and output == "-":
        raise click.UsageError("--json needs -o OUT, because the report is printed")
    # A net that a target cannot express raises here, before anything is written.
    wanted, result = _converted(spec, names, output, **options)
    if as_json:
        write_text(output, result.net.to_prototxt())
        click.echo(dumps(data(result, wanted)))
        return
    _report(spec, result, wanted, quiet)
    # Only now: a change that Caffe or the target rejects has raised.
    write_text(output, result.net.to_prototxt())


def _converted(
    spec: str,
    names: str,
    output: str,
    *,
    inputs: Any,
    settings: Any,
    schema: str | None,
    **options: Any,
) -> tuple[list[Target], Result]:
    """The targets and the net for them. Raises `Unusable` if OUT is one of the files read."""
    from protogen.cli._input import named_files, read_net, shapes_given, split_spec
    from protogen.transforms.convert import convert

    check_output(output, [split_spec(spec)[0]])
    # A mistyped target is reported before a program is run.
    wanted = _targets(names)
    net = read_net(spec, dict(settings), schema)
    # The files of the layers are known only when the net is read.
    check_output(output, named_files(net))
    return wanted, convert(net, wanted, inputs=shapes_given(net, inputs), **options)


def _targets(names: str) -> list[Target]:
    from protogen import targets

    try:
        return [targets.get(name.strip()) for name in names.split(",")]
    except ValueError as error:
        raise Unusable(str(error)) from None


def _report(spec: str, result: Result, targets: Sequence[Target], quiet: bool) -> None:
    """Print the warnings, and unless it is to be quiet what was done."""
    from protogen.cli._input import display_name

    for diagnostic in result.diagnostics:
        report_lines(str(diagnostic))
    # --quiet does not hide warnings: the user has to decide about them.
    if quiet:
        return
    name = display_name(spec)
    for line in result.report:
        report(f"{name}: {line}")
    if not result.modified:
        titles = " and ".join(target.title for target in targets)
        report(f"{name} needs no change for {titles}")
