"""``protogen shapes``: the shape of every blob of a net, as Caffe would compute it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import json_option, set_option, state_options

if TYPE_CHECKING:
    from protogen.analysis import Analysis


@click.command(
    epilog="\b\nExamples:\n  protogen shapes deploy.prototxt\n"
    "  protogen shapes train_val.prototxt --all-phases --input data=32,3,227,227\n"
    "  protogen shapes nets.py:resnet --set depth=50 --phase TRAIN"
)
@click.argument("net", metavar="FILE_OR_SPEC")
@set_option
@state_options
@click.option("--all-phases", is_flag=True, help="Show TRAIN and TEST side by side.")
@json_option
def command(
    net: str, settings: Any, phase: str, all_phases: bool, as_json: bool, inputs: Any, **state: Any
) -> None:
    """Print a table of a net's layers: their tops, what they learn, and what they compute.

    FILE_OR_SPEC is a prototxt file, - for standard input, or a Python program that makes a net:
    file.py or file.py:name. A size that is not known is ?. Below the table, on standard error,
    stands all that is wrong with the net; the exit code is 1 if Caffe would refuse it.
    """
    from protogen.cli._input import complain, read_net, shapes_given
    from protogen.net import infer_shapes

    read = read_net(net, dict(settings))
    phases = ["TRAIN", "TEST"] if all_phases else [phase]
    given = shapes_given(read, inputs)
    inferences = [infer_shapes(read, each, inputs=given, **state) for each in phases]
    if as_json:
        _print_json(inferences)
    else:
        _print_tables(inferences)
        sys.stdout.flush()
        complain(read, inferences)
    if not all(inference.ok for inference in inferences):
        raise click.exceptions.Exit(1)


def _print_json(inferences: list[Analysis]) -> None:
    from protogen.render.json import diagnostic, dumps, summary
    from protogen.reports.summary import summarize

    nets = [
        {
            **summary(summarize(inference)),
            "ok": inference.ok,
            "diagnostics": [diagnostic(each) for each in inference.diagnostics],
        }
        for inference in inferences
    ]
    click.echo(dumps(nets[0] if len(nets) == 1 else {"phases": nets}))


def _print_tables(inferences: list[Analysis]) -> None:
    from protogen.render.shapes import layers_table, phases_table, totals
    from protogen.render.table import show
    from protogen.reports.summary import summarize

    summaries = [summarize(inference) for inference in inferences]
    if not any(summary.rows for summary in summaries) and not inferences[0].ok:
        return  # nothing could be read
    one = len(summaries) == 1
    show(sys.stdout, layers_table(summaries[0]) if one else phases_table(summaries))
    for summary in summaries:
        click.echo(f"{'' if one else summary.phase + ': '}{totals(summary)}")
