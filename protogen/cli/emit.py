"""``protogen emit``: a net as prototxt, after a check that Caffe can load it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._deploy import deploy_net, deploy_options, report_deploy
from protogen.cli._options import AnyCase, Spec, data_option, proto_option, set_option
from protogen.cli._output import check_output, report_lines, write_text

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.net import Net
    from protogen.shapes import Shape


@click.command(
    short_help="Write a net as prototxt.",
    epilog="\b\nExamples:\n  protogen emit lenet.py -o lenet.prototxt\n"
    "  protogen emit nets.py:resnet --set depth=50 --phase TEST --annotate\n"
    "  protogen emit lenet.py --as deploy --input data=1x1x28x28 -o deploy.prototxt",
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
@click.option(
    "--phase",
    type=AnyCase("TEST", "TRAIN"),
    metavar="TEST|TRAIN",
    help="Check this phase only, and leave out the layers that never run in it.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["train_val", "train", "test", "deploy"]),
    help="What to write: the whole net, the layers of one phase without phase rules, or the deploy"
    " net, as protogen deploy derives it [default: train_val].",
)
@deploy_options
@set_option
@proto_option
@data_option
@click.option(
    "--plain",
    is_flag=True,
    help="Write a network of the zoo with layers of BVLC Caffe only, if they can compute the same.",
)
@click.option(
    "--annotate",
    is_flag=True,
    help="Write the shape of each blob as a comment; if it depends on the phase, the shape in"
    " TEST.",
)
def command(
    spec: str,
    output: str,
    phase: str | None,
    form: str | None,
    settings: tuple[Any, ...],
    schema: str | None,
    annotate: bool,
    plain: bool,
    **options: Any,
) -> None:
    """Write the net of SPEC as prototxt.

    SPEC is a Python program with a Net at its top level or a function "net" that returns one
    (file.py), another Net or function in it (file.py:name), a prototxt file, or a network of the
    zoo (zoo:resnet50?classes=10). The program's __name__ is not "__main__".

    The net is checked first, in each phase for which it has data, or in the phase of --phase. If
    Caffe would reject it, the errors are printed, nothing is written, and the exit code is 1.

    With --as, one definition gives the files of a whole model. The options --input, --batch,
    --outputs, --no-probability and --keep are for --as deploy.
    """
    _check_options(phase, form, options)
    net = _read(spec, output, form, plain, dict(settings), schema, options)
    analyses = _accepted(net, form, phase)
    text = _prototxt(net, phase, analyses if annotate else [])
    if schema is not None:
        # Nothing is written that the user's own Caffe could not read.
        _check_readable(text, output, schema)
    write_text(output, text)


def _read(
    spec: str,
    output: str,
    form: str | None,
    plain: bool,
    settings: dict[str, Any],
    schema: str | None,
    options: dict[str, Any],
) -> Net:
    """The net in the form that is wanted. Raises `Unusable` if the output is one of its files."""
    from protogen.cli._input import named_files, read_net, split_spec, zoo_settings

    check_output(output, [split_spec(spec)[0], *filter(None, [schema])])
    of_zoo = zoo_settings(spec, form, plain, derived=bool(options["no_probability"]))
    net = _in_form(spec, read_net(spec, {**of_zoo, **settings}, schema), form, options)
    # Only now it is known which modules a program imports.
    check_output(output, [*_files_of_modules(), *named_files(net)])
    return net


def _accepted(net: Net, form: str | None, phase: str | None) -> list[Analysis]:
    """The net in each phase that it is for. The command ends here if Caffe would reject it."""
    from protogen.cli._input import report_diagnostics
    from protogen.graph import State

    if form in ("train", "test"):
        phases = [form.upper()]
    elif phase is not None:
        phases = [phase]
    else:
        # A net that is only for training has no data in TEST, and Caffe would reject it there.
        phases = sorted(net.meant_phases())
    analyses = [net.analysis(State(each)) for each in phases]
    report_diagnostics(net, analyses)
    if not all(analysis.ok for analysis in analyses):
        raise click.exceptions.Exit(1)
    return analyses


def _check_readable(text: str, output: str, schema: str) -> None:
    """Exit with 1 if the schema lacks what an older net was upgraded to."""
    from protogen.cli._input import read_document, source_of
    from protogen.diagnostics import Severity
    from protogen.render.diagnostic import diagnostics_text

    name = "<stdout>" if output == "-" else output
    document = read_document(text.encode("utf-8", "surrogateescape"), name, "NetParameter", schema)
    errors = [found for found in document.diagnostics if found.severity is Severity.ERROR]
    if errors:
        report_lines(diagnostics_text(errors, source_of({name: text})))
        raise click.exceptions.Exit(1)


def _files_of_modules() -> list[str]:
    """The files of the modules that a program has imported, and of all others."""
    found = []
    # A copy, because a module may import another one when it is looked at.
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            found.append(file)
    return found


def _check_options(phase: str | None, form: str | None, options: dict[str, Any]) -> None:
    """Raise for options that do not go together."""
    if form and phase:
        raise click.UsageError("--as and --phase both choose layers; give one of them")
    given = [name for name, value in options.items() if value]
    if given and form != "deploy":
        # The parameter of --input has the plural, because the option is repeatable.
        name = {"inputs": "input"}.get(given[0], given[0]).replace("_", "-")
        raise click.UsageError(f"--{name} is for --as deploy")


def _in_form(spec: str, net: Net, form: str | None, options: dict[str, Any]) -> Net:
    """The net, or what is derived from it."""
    if form in ("train", "test"):
        from protogen.transforms.one_phase import OnePhase

        return OnePhase(form.upper())(net).net
    if form == "deploy":
        from protogen.cli._input import display_name

        result = deploy_net(net, **options)
        report_deploy(display_name(spec), result)
        return result.net
    return net


def _prototxt(net: Net, phase: str | None, annotations: Sequence[Analysis]) -> str:
    """The net's own text, or a new one if layers are left out or shapes are added."""
    # With its comments and its layout.
    if not (phase or annotations):
        return net.to_prototxt()
    from protogen.text import writer
    from protogen.transforms.one_phase import may_run

    message = net.current.message
    filtered = type(message)()
    # All fields of the net itself stay: its name, its state, force_backward.
    filtered.CopyFrom(message)
    del filtered.layer[:]
    all_shapes = _top_shapes(annotations)
    shapes: list[Sequence[Shape]] = []
    for index, layer in enumerate(message.layer):
        if not phase or may_run(layer, phase):
            filtered.layer.append(layer)
            shapes.append(all_shapes.get(index, ()))
    if not annotations:
        return writer.write(filtered)
    return writer.write(filtered, shapes)


def _top_shapes(analyses: Sequence[Analysis]) -> dict[int, list[Shape]]:
    """The shapes of each layer's tops, by its index, in the first phase in which it runs."""
    shapes: dict[int, list[Shape]] = {}
    for analysis in analyses:
        for step in analysis.steps:
            # TEST comes first, because most readers of the file want its shapes.
            shapes.setdefault(step.index, [value.shape for value in step.tops])
    return shapes
