"""The options about a deploy net, for the commands that derive one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from protogen.cli._options import InputShape
from protogen.cli._output import Unusable, report, report_lines

if TYPE_CHECKING:
    from protogen.net import Net
    from protogen.transforms import Result

__all__ = ["deploy_net", "deploy_options", "report_deploy"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--input",
        "inputs",
        type=InputShape(),
        metavar="BLOB=SHAPE",
        multiple=True,
        help="Shape of an input, such as data=1x3x224x224; repeatable. The layers that produce this"
        " blob are left out.",
    ),
    click.option(
        "--batch", type=click.IntRange(min=1), metavar="N", help="First size of the inputs."
    ),
    click.option(
        "--outputs",
        multiple=True,
        metavar="NAME[,NAME]",
        help="Blobs or losses whose predictions to keep; repeatable [default: those of all losses,"
        " without auxiliary heads].",
    ),
    click.option(
        "--no-probability",
        is_flag=True,
        help="End with the scores that a loss reads, not with their Softmax or Sigmoid.",
    ),
    click.option(
        "--keep",
        multiple=True,
        metavar="TYPE|LAYER",
        help="Layers that do nothing in TEST, to keep: --keep Dropout; repeatable.",
    ),
)


def deploy_options(command: _Command) -> _Command:
    """Add the options, as ``inputs``, ``batch``, ``outputs``, ``no_probability`` and ``keep``."""
    # Decorators are applied from the last one to the first.
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def deploy_net(
    net: Net,
    *,
    inputs: Sequence[tuple[str, tuple[int | None, ...]]] = (),
    batch: int | None = None,
    outputs: Sequence[str] = (),
    no_probability: bool = False,
    keep: Sequence[str] = (),
) -> Result:
    """The deploy net by the values of the options. Raises `ProtogenError` if it is not known."""
    from protogen.transforms.deploy import deploy

    names: list[str] = []
    for each in outputs:
        names += [name.strip() for name in each.split(",")]
    # No blob has an empty name, so that it is a slip: --outputs "$NAMES", say.
    if "" in names:
        raise Unusable(f'--outputs expects names of blobs or losses, got "{",".join(outputs)}"')
    return deploy(
        net,
        inputs=dict(inputs),
        batch=batch,
        outputs=names,
        probability=not no_probability,
        keep=keep,
    )


def report_deploy(name: str, result: Result) -> None:
    """Print what was done, and the warnings, on standard error."""
    for diagnostic in result.diagnostics:
        report_lines(str(diagnostic))
    if not result.modified:
        report(f"{name} {' '.join(result.report)}")
        return
    for line in result.report:
        report(f"{name}: {line}")
