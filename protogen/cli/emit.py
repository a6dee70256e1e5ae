"""``protogen emit``: a net as prototxt, once it is found to be one that Caffe loads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import set_option
from protogen.cli._output import write_text

if TYPE_CHECKING:
    from protogen.net import Net
    from protogen.analysis import Analysis
    from protogen.shapes import Shape


@click.command(
    epilog="\b\nExamples:\n  protogen emit lenet.py -o lenet.prototxt\n"
    "  protogen emit nets.py:resnet --set depth=50 --phase TEST --annotate"
)
@click.argument("spec")
@click.option("-o", "--output", metavar="OUT", default="-", help="The file to write.")
@click.option(
    "--phase",
    type=click.Choice(["TEST", "TRAIN"], case_sensitive=False),
    metavar="TEST|TRAIN",
    help="Check this phase only, and leave out layers that never run in it.",
)
@set_option
@click.option(
    "--annotate",
    is_flag=True,
    help="Write the shape of each blob as a comment; where both phases have it, that of TEST.",
)
def command(
    spec: str, output: str, phase: str | None, settings: tuple[Any, ...], annotate: bool
) -> None:
    """Write the net of SPEC as prototxt, to OUT or to standard output.

    SPEC is a Python program with a Net at its top level or a function "net" that returns one
    (file.py), another Net or function of it (file.py:name), or a prototxt file. The program does
    not see itself run as __main__. The net is checked first, in the phases it has data in or in
    that of --phase: if Caffe would refuse it, all that is wrong is told and nothing is written.
    """
    from protogen.cli._input import complain, read_net
    from protogen.graph import State

    net = read_net(spec, dict(settings))
    phases = [phase] if phase else sorted(net.meant_phases())
    inferences = [net.analysis(State(each)) for each in phases]
    complain(net, inferences)
    if not all(inference.ok for inference in inferences):
        raise click.exceptions.Exit(1)
    write_text(output, _text(net, phase, inferences if annotate else []))


def _text(net: Net, phase: str | None, shown: Sequence[Analysis]) -> str:
    """The net's own text, or one printed anew if layers go or shapes come."""
    if not (phase or shown):
        return net.to_prototxt()
    from protogen import proto
    from protogen.text import writer

    message = net.current.message
    kept = [i for i, layer in enumerate(message.layer) if not phase or _may_run(layer, phase)]
    printed = proto.NetParameter()
    printed.CopyFrom(message)
    del printed.layer[:]
    printed.layer.extend(message.layer[index] for index in kept)
    if not shown:
        return writer.write(printed)
    shapes = _shapes(shown)
    return writer.write(printed, [shapes.get(index, ()) for index in kept])


def _may_run(layer: Any, phase: str) -> bool:
    """Whether a layer runs in the phase, or would with some level and stages."""
    from protogen.proto import Phase

    number = Phase.Value(phase)
    if layer.include:
        return any(not rule.HasField("phase") or rule.phase == number for rule in layer.include)
    return not any(
        rule.HasField("phase") and rule.phase == number and len(rule.ListFields()) == 1
        for rule in layer.exclude
    )


def _shapes(shown: Sequence[Analysis]) -> dict[int, list[Shape]]:
    """The shapes of each layer's tops, by its place in the net, in the first phase it runs in."""
    found: dict[int, list[Shape]] = {}
    for inference in shown:
        for step in inference.steps:
            found.setdefault(step.index, [value.shape for value in step.tops])
    return found
