"""``protogen emit``: a net as prototxt, after a check that Caffe can load it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import Spec, data_option, set_option
from protogen.cli._output import check_output, write_text

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.net import Net
    from protogen.shapes import Shape


@click.command(
    short_help="Write a net as prototxt.",
    epilog="\b\nExamples:\n  protogen emit lenet.py -o lenet.prototxt\n"
    "  protogen emit nets.py:resnet --set depth=50 --phase TEST --annotate",
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
    type=click.Choice(["TEST", "TRAIN"], case_sensitive=False),
    metavar="TEST|TRAIN",
    help="Check this phase only, and leave out the layers that never run in it.",
)
@set_option
@data_option
@click.option(
    "--annotate",
    is_flag=True,
    help="Write the shape of each blob as a comment; if it depends on the phase, the shape in"
    " TEST.",
)
def command(
    spec: str, output: str, phase: str | None, settings: tuple[Any, ...], annotate: bool
) -> None:
    """Write the net of SPEC as prototxt.

    SPEC is a Python program with a Net at its top level or a function "net" that returns one
    (file.py), another Net or function in it (file.py:name), or a prototxt file. The program's
    __name__ is not "__main__".

    The net is checked first, in each phase for which it has data, or in the phase of --phase. If
    Caffe would reject it, the errors are printed, nothing is written, and the exit code is 1.
    """
    from protogen.cli._input import read_net, report_diagnostics, split_spec
    from protogen.graph import State

    check_output(output, [split_spec(spec)[0]])
    net = read_net(spec, dict(settings))
    check_output(output, _files_of_modules())
    phases = [phase] if phase else sorted(net.meant_phases())
    analyses = [net.analysis(State(each)) for each in phases]
    report_diagnostics(net, analyses)
    if not all(analysis.ok for analysis in analyses):
        raise click.exceptions.Exit(1)
    write_text(output, _prototxt(net, phase, analyses if annotate else []))


def _files_of_modules() -> list[str]:
    """The files of the modules that a program has imported, and of all others."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return [file for file in files if isinstance(file, str)]


def _prototxt(net: Net, phase: str | None, annotations: Sequence[Analysis]) -> str:
    """The net's own text, or a new one if layers are left out or shapes are added."""
    if not (phase or annotations):
        return net.to_prototxt()
    from protogen import proto
    from protogen.text import writer

    message = net.current.message
    filtered = proto.NetParameter()
    filtered.CopyFrom(message)
    del filtered.layer[:]
    all_shapes = _top_shapes(annotations)
    shapes: list[Sequence[Shape]] = []
    for index, layer in enumerate(message.layer):
        if not phase or _may_run(layer, phase):
            filtered.layer.append(layer)
            shapes.append(all_shapes.get(index, ()))
    return writer.write(filtered, shapes) if annotations else writer.write(filtered)


def _may_run(layer: Any, phase: str) -> bool:
    """Whether a layer runs in a phase, for at least some level and stages."""
    from protogen.proto import Phase

    number = Phase.Value(phase)
    for rule in layer.include:
        if not rule.HasField("phase") or rule.phase == number:
            return True
    if layer.include:
        return False
    return not any(_is_whole_phase(rule, number) for rule in layer.exclude)


def _is_whole_phase(rule: Any, number: int) -> bool:
    """Whether a rule is about this phase, whatever the level and the stages."""
    return bool(rule.HasField("phase") and rule.phase == number and len(rule.ListFields()) == 1)


def _top_shapes(analyses: Sequence[Analysis]) -> dict[int, list[Shape]]:
    """The shapes of each layer's tops, by its index, in the first phase in which it runs."""
    shapes: dict[int, list[Shape]] = {}
    for analysis in analyses:
        for step in analysis.steps:
            shapes.setdefault(step.index, [value.shape for value in step.tops])
    return shapes
