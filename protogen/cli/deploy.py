"""``protogen deploy``: the deploy net of a training net."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protogen.cli._deploy import deploy_net, deploy_options, report_deploy
from protogen.cli._options import Spec, data_option, proto_option, set_option
from protogen.cli._output import check_output, report_lines, write_text

if TYPE_CHECKING:
    from protogen.net import Net


@click.command(
    short_help="Derive the deploy net of a training net.",
    epilog="\b\nExamples:\n  protogen deploy train_val.prototxt -o deploy.prototxt\n"
    "  protogen deploy lenet.prototxt --input data=1x1x28x28 --no-probability\n"
    "  protogen deploy googlenet.py --outputs loss3/classifier --batch 10",
)
@click.argument("spec", type=Spec())
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    default="-",
    help="File to write [default: standard output].",
)
@deploy_options
@click.option("-q", "--quiet", is_flag=True, help="Print warnings only, not what is done.")
@set_option
@proto_option
@data_option
def command(
    spec: str,
    output: str,
    quiet: bool,
    settings: tuple[Any, ...],
    schema: str | None,
    **options: Any,
) -> None:
    """Write the deploy net of SPEC, a training net (a prototxt file or a Python program).

    Data layers become one Input layer. Losses become what they predict: a Softmax named "prob" for
    SoftmaxWithLoss, a Sigmoid, SSD's DetectionOutput. What only trains goes: auxiliary heads,
    Accuracy and Dropout layers, fillers, learning rates, phase rules. Each change is reported. The
    layers that stay compute what they compute in TEST, and a caffemodel of the training net has
    weights for all of them.

    What only you can know is asked for: a size that no field gives, or which of several equal
    predictions you want. Nothing is written then, and the exit code is 1. It is 1, too, if SPEC has
    fields that Caffe does not know, which are kept.
    """
    from protogen.cli._input import display_name, named_files, read_net, split_spec

    # Before anything is read: the output must not be the file of the net.
    check_output(output, [split_spec(spec)[0]])
    net = read_net(spec, dict(settings), schema)
    check_output(output, named_files(net))
    result = deploy_net(net, **options)
    if quiet:
        for diagnostic in result.diagnostics:
            report_lines(str(diagnostic))
    else:
        report_deploy(display_name(spec), result)
    write_text(output, result.net.to_prototxt())
    # Last, because the net is written in spite of them.
    _report_errors(net)


def _report_errors(net: Net) -> None:
    """End with exit code 1 for what is wrong and stays, such as a field that no Caffe knows."""
    from protogen.diagnostics import Severity

    errors = [each for each in net.current.findings if each.severity is Severity.ERROR]
    for error in errors:
        report_lines(str(error))
    if errors:
        raise click.exceptions.Exit(1)
