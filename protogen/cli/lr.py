"""``protogen lr``: the learning rate of a solver at every iteration."""

from __future__ import annotations

import re
from typing import Any

import click

from protogen.cli._options import json_option
from protogen.cli._output import report_lines

#: The most iterations that one call prints.
_MOST = 1_000_000

_RANGE = re.compile(r"\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?", re.ASCII)


class _Iterations(click.ParamType):  # type: ignore[type-arg]
    """``0,1000,20000`` or ``0-199``: iterations, counted from 0."""

    name = "N[,N]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        numbers: list[int] = []
        for word in str(value).split(","):
            found = _RANGE.fullmatch(word)
            if not found:
                self.fail(f'expected iterations like 0,1000 or 0-199, got "{value}"', param, ctx)
            first, last = int(found[1]), int(found[2] or found[1])
            # An iteration is an int in Caffe.
            if max(first, last) >= 2**31:
                self.fail(f"Caffe counts up to {2**31 - 1}, got {max(first, last)}", param, ctx)
            if last < first:
                self.fail(f"{word.strip()} is empty: {last} is less than {first}", param, ctx)
            # Before the range is expanded, which would take all memory.
            if len(numbers) + last - first >= _MOST:
                self.fail(f"{value} has more than {_MOST} iterations", param, ctx)
            numbers += range(first, last + 1)
        return tuple(numbers)


@click.command(
    "lr",
    short_help="Print and draw the learning rate of a solver.",
    epilog="\b\nExamples:\n  protogen lr solver.prototxt\n"
    "  protogen lr solver.prototxt --at 0,100000,449999",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--at",
    "iterations",
    type=_Iterations(),
    default=(),
    metavar="N[,N-M]",
    help="Iterations to print, counted from 0, such as 0,1000 or 0-199 [default: those at which the"
    " rate steps].",
)
@json_option
def command(file: str, iterations: tuple[int, ...], as_json: bool) -> None:
    """Print the learning rate of the solver FILE, and draw it.

    The rates are those of Caffe, computed as it does, with 32-bit floats. A rate that steps is
    printed for each range of iterations, any other one at 11 iterations. Use - for standard input.
    """
    from protogen import proto
    from protogen.cli._input import display_name, read_file
    from protogen.render.json import dumps
    from protogen.render.learning_rates import data, text
    from protogen.reports.learning_rates import learning_rates
    from protogen.rules.text import reading_errors
    from protogen.text import read
    from protogen.text.upgrade import upgrade_solver

    document = read(read_file(file), proto.SolverParameter, display_name(file))
    errors = reading_errors(document.diagnostics)
    # Old solvers have a solver_type instead of a type.
    upgraded = upgrade_solver(document.message, document.locate)
    # A solver that was read only in part would give a wrong rate.
    if errors or upgraded.message is None:
        for each in errors or upgraded.diagnostics:
            report_lines(str(each))
        raise click.exceptions.Exit(1)
    try:
        report = learning_rates(upgraded.message, iterations)
    except ValueError as error:
        from protogen.solvers import POLICIES

        message = f"{display_name(file)}: {error}"
        if upgraded.message.lr_policy not in POLICIES:
            # The policy is mistyped; other errors say themselves what to do.
            message += f"; the policies of Caffe are {', '.join(sorted(POLICIES))}"
        raise click.ClickException(message) from None
    click.echo(dumps(data(report)) if as_json else text(report))
