"""``protogen solver``: a solver made of a preset, of epochs, and of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protogen.cli._options import Setting
from protogen.cli._output import check_output, report, report_lines, write_text

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.solvers import Solver

_NUMBER = click.IntRange(min=1)


class _Epochs(click.ParamType):  # type: ignore[type-arg]
    """``30,60``: epochs after which the learning rate steps."""

    name = "E[,E]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        try:
            return tuple(map(float, str(value).split(",")))
        except ValueError:
            self.fail(f'expected epochs like 30,60, got "{value}"', param, ctx)


@click.command(
    short_help="Write a solver.",
    epilog="\b\nExamples:\n  protogen solver --preset adam --net net.prototxt -o solver.prototxt\n"
    "  protogen solver --preset alexnet --epochs 90 --images 1281167 --batch 256\n"
    "  protogen solver --preset resnet --set base_lr=0.05 --set solver_mode=CPU",
)
@click.option("--preset", metavar="NAME", help="A type of solver, or the network of a paper.")
@click.option("--list", "listed", is_flag=True, help="List the presets with their sources.")
@click.option(
    "--net",
    metavar="FILE",
    help="The net to train, as seen from the folder that Caffe runs in [default:"
    " train_val.prototxt].",
)
@click.option(
    "--epochs",
    type=click.FloatRange(min=0, min_open=True),
    metavar="E",
    default=None,
    help="How often each image is read.",
)
@click.option("--images", type=_NUMBER, metavar="N", help="Number of training images.")
@click.option(
    "--batch",
    type=_NUMBER,
    metavar="N",
    help="Images of a forward pass in training [default: that of the net].",
)
@click.option("--test-images", type=_NUMBER, metavar="N", help="Number of test images.")
@click.option(
    "--test-batch",
    type=_NUMBER,
    metavar="N",
    help="Images of a forward pass in tests [default: that of the net].",
)
@click.option(
    "--step-epochs",
    type=_Epochs(),
    metavar="E[,E]",
    default=(),
    help="Epochs after which the learning rate is multiplied by gamma.",
)
@click.option(
    "--set",
    "settings",
    type=Setting(),
    metavar="FIELD=VALUE",
    multiple=True,
    help="A field of the solver, such as base_lr=0.01 or stepvalue=[1000,2000]; repeatable.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    default="-",
    help="File to write [default: standard output].",
)
def command(
    preset: str | None,
    listed: bool,
    net: str | None,
    settings: tuple[Any, ...],
    output: str,
    **size: Any,
) -> None:
    """Write a solver for Caffe.

    A preset gives the fields of a published solver; --set changes them. Epochs, images and batches
    are turned into iterations, and the schedule of the preset is stretched to them. What is rounded
    is reported. If Caffe would reject the solver, if its schedule never steps, or if its net does
    not exist, the errors are printed, nothing is written, and the exit code is 1.
    """
    if listed:
        _list_presets()
        return
    # Caffe's defaults alone are no solver: they have no lr_policy.
    if not (preset or settings):
        raise click.UsageError("give --preset (--list lists them), or fields with --set")
    fields = dict(settings)
    if net:
        fields["net"] = net
    _write(preset, fields, size, output)


def _write(preset: str | None, fields: dict[str, Any], size: dict[str, Any], output: str) -> None:
    from protogen.diagnostics import Severity

    # An empty --step-epochs is not given.
    given = {name: value for name, value in size.items() if value}
    nets = [str(fields[name]) for name in ("net", "train_net") if name in fields]
    check_output(output, nets)
    for net in nets:
        _check_net(net)
    # The net says how many images a pass has, so that nobody has to repeat it.
    _read_batches(str(fields.get("net", "train_val.prototxt")), given)
    solver = _composed(preset, given, fields)
    # Checked as the file to be written, because the net may be named relative to its folder.
    findings = solver.check("solver.prototxt" if output == "-" else output)
    for found in findings:
        report_lines(str(_without_place(found)))
    if any(found.severity is Severity.ERROR for found in findings):
        raise click.exceptions.Exit(1)
    # Only for a solver that is written.
    for note in solver.notes:
        report(note)
    write_text(output, solver.to_prototxt())


def _composed(preset: str | None, size: dict[str, Any], fields: dict[str, Any]) -> Solver:
    """The solver. The command ends here with exit code 1 if Caffe would reject it."""
    from protogen.program import ComposeError
    from protogen.solvers import Solver

    try:
        return Solver(preset, **size, **fields)
    except ComposeError as error:
        for each in error.diagnostics:
            report_lines(str(_without_place(each)))
        raise click.exceptions.Exit(1) from None
    # TypeError: an unknown field, or one that an option gives, too.
    except (TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from None


def _check_net(net: str) -> None:
    """End the command if a net exists and cannot be read, because Caffe would abort on it.

    Whether it exists is checked with the solver, which may name it relative to another folder.
    """
    from pathlib import Path

    from protogen.cli._input import read_document, read_file
    from protogen.rules.text import reading_errors

    if not Path(net).exists():
        return
    errors = reading_errors(read_document(read_file(net), net, "NetParameter", None).diagnostics)
    for found in errors:
        report_lines(str(found))
    if errors:
        raise click.exceptions.Exit(1)


def _read_batches(net: str, given: dict[str, Any]) -> None:
    """Add the batches of the net's data layers, where they are needed and not given."""
    from pathlib import Path

    wanted = []
    if "images" in given and "batch" not in given:
        wanted.append(("batch", "TRAIN"))
    if "test_images" in given and "test_batch" not in given:
        wanted.append(("test_batch", "TEST"))
    if not wanted or not Path(net).is_file():
        return
    from protogen.graph import State
    from protogen.net_files import load

    for name, phase in wanted:
        batch = _batch(load(net).analysis(State(phase)))
        # Without a database, the batch of a data layer may be unknown.
        if batch:
            given[name] = batch
            report(f"{name.replace('_', ' ')} {batch} is that of {net}")


def _batch(analysis: Analysis) -> int | None:
    """The batch of the first data layer that has a known one."""
    for step in analysis.steps:
        # Only a data layer has no bottoms.
        if step.bottoms or not step.tops:
            continue
        shape = step.tops[0].shape
        if shape and shape[0]:
            return shape[0]
    return None


def _without_place(found: Any) -> Any:
    """A finding about a solver that is not a file yet."""
    from dataclasses import replace

    return replace(found, location=None)


def _list_presets() -> None:
    import sys

    from protogen.render.table import Table, show
    from protogen.solvers import PRESETS

    rows = []
    for name, preset in PRESETS.items():
        solver_type = preset.fields.get("type", "SGD")
        rows.append((name, solver_type, str(preset.fields["lr_policy"]), preset.source))
    show(sys.stdout, Table(("preset", "type", "policy", "source"), rows))
