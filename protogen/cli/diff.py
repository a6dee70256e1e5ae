"""``protogen diff``: two nets compared by meaning, and as a driver for git."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protogen.cli._input import display_name, read_net
from protogen.cli._options import data_option, input_option, json_option, proto_option
from protogen.cli._output import Unusable, report_lines

if TYPE_CHECKING:
    from protogen.differences import NetDifferences, WeightsFit
    from protogen.net import Net
    from protogen.reports.summary import Summary

__all__ = ["command"]

#: What git passes as a file that does not exist.
_NO_FILE = ("/dev/null", "nul")

#: The exit code if a file cannot be compared.
_TROUBLE = 2


@click.command(
    short_help="Compare two nets by meaning.",
    epilog="\b\nExamples:\n"
    "  protogen diff train_val.prototxt deploy.prototxt --ignore training --weights\n"
    "  git config diff.prototxt.textconv 'protogen diff --textconv'",
)
@click.argument("specs", nargs=-1, metavar="OLD NEW")
@click.option("--stat", is_flag=True, help="Print only how many layers differ, and the costs.")
@json_option
@click.option("--weights", is_flag=True, help="Say which weights of a caffemodel of OLD fit NEW.")
@click.option(
    "--ignore",
    type=click.Choice(["training"]),
    multiple=True,
    help="Ignore learning rates, fillers, phases, engines, loss weights and the batch.",
)
@click.option("--textconv", is_flag=True, help="Print one file in normal form, for git.")
@click.option("--git", is_flag=True, help="Take the arguments that git passes to a diff driver.")
@input_option
@proto_option
@data_option
def command(
    specs: tuple[str, ...],
    stat: bool,
    as_json: bool,
    weights: bool,
    ignore: tuple[str, ...],
    textconv: bool,
    git: bool,
    inputs: tuple[Any, ...],
    schema: str | None,
) -> None:
    """Compare the nets OLD and NEW by meaning.

    Formats, spellings, comments, the order of fields and explicit defaults do not matter. Layers
    are matched by name, and then by what they are. The exit code is 0 if the nets are the same, 1
    if they differ, and 2 if one of them cannot be read.
    """
    if textconv:
        _check_number(specs, 1, "--textconv takes one file")
        click.echo(_normal_text(specs[0], schema), nl=False)
        return
    if git:
        _git(specs, stat, ignore, schema)
        return
    _check_number(specs, 2, "expected two nets")
    if specs == ("-", "-"):
        raise click.UsageError("only one of the two nets can be standard input")
    old, new = [_read(spec, schema) for spec in specs]
    given = dict(inputs)
    _check_inputs((old, new), given)
    found, summaries = _compare(old, new, ignore, given)
    fit = _weights(old, new, given) if weights else None
    _print(found, summaries, fit, stat=stat, as_json=as_json)
    fits = fit is None or fit.loads
    raise click.exceptions.Exit(0 if found.same and fits else 1)


def _check_number(specs: tuple[str, ...], number: int, message: str) -> None:
    if len(specs) != number:
        raise click.UsageError(f"{message}, got {len(specs)}")


def _check_inputs(nets: tuple[Net, Net], inputs: dict[str, Any]) -> None:
    from protogen.differences import present

    # The blob may be in one of the nets only.
    for name in inputs:
        if not any(present({name: inputs[name]}, net) for net in nets):
            raise Unusable(f'--input: no layer produces blob "{name}"')


def _read(spec: str, schema: str | None = None) -> Net:
    """The net of a file. Raises `Unusable` for a file that is not a net, or is damaged."""
    from protogen.cli._file_kind import description
    from protogen.rules.text import reading_errors

    net = read_net(spec, schema=schema)
    other = description(net.document) if net.document is not None else ""
    if other:
        raise Unusable(f"{display_name(spec)} is {other}; expected a net")
    errors = reading_errors(net.current.findings)
    for error in errors:
        report_lines(str(error))
    # What could not be read would look like a removed layer.
    if errors:
        raise click.exceptions.Exit(_TROUBLE)
    return net


def _compare(
    old: Net, new: Net, ignore: tuple[str, ...], inputs: dict[str, Any]
) -> tuple[NetDifferences, list[Summary]]:
    from protogen.differences import diff, present
    from protogen.reports.summary import summarize

    summaries = []
    for net in (old, new):
        summaries.append(summarize(net.analysis(inputs=present(inputs, net))))
    return diff(old, new, ignore=ignore, inputs=inputs), summaries


def _weights(old: Net, new: Net, inputs: dict[str, Any]) -> WeightsFit:
    from protogen.differences import weights_fit

    return weights_fit(old, new, inputs=inputs)


def _print(
    found: NetDifferences,
    summaries: list[Summary],
    fit: WeightsFit | None,
    *,
    stat: bool,
    as_json: bool,
) -> None:
    from protogen.render import differences as render
    from protogen.render.json import dumps

    if as_json:
        click.echo(dumps(render.data(found, summaries, fit)))
        return
    # Nothing is printed about equal nets, as by diff and git.
    if stat:
        click.echo(render.stat(found, summaries))
    elif not found.same or found.differences:
        click.echo(render.text(found, summaries))
    if fit is not None:
        click.echo(render.weights_text(fit))


# git -------------------------------------------------------------------------------------------


def _normal_text(spec: str, schema: str | None) -> str:
    """A net in normal form, in the current format; a file that is not a net as it is."""
    from protogen.cli._input import read_file
    from protogen.diagnostics import ProtogenError
    from protogen.differences.normal_form import normal_net
    from protogen.text import writer

    try:
        net = _read(spec, schema)
        return writer.write(normal_net(net.current.message))
    except (click.exceptions.Exit, Unusable, ProtogenError):
        # git shows the difference of the texts, then.
        return read_file(spec).decode("utf-8", "replace")


def _git(
    arguments: tuple[str, ...], stat: bool, ignore: tuple[str, ...], schema: str | None
) -> None:
    """Print the differences. The exit code is 0 in any case, or git would stop."""
    from protogen.diagnostics import ProtogenError
    from protogen.sources import without_data

    # For a path with a conflict, git passes nothing but the path.
    if len(arguments) == 1:
        click.echo(f"* Unmerged path {arguments[0]}")
        return
    if len(arguments) < 7:
        raise click.UsageError("--git takes the seven arguments of a diff driver of git")
    # The others are hashes and modes; the new name of a renamed file may follow at the end.
    path, old, _, _, new, *_ = arguments
    click.echo(f"protogen diff a/{path} b/{path}")
    # git shows the changes of people who are not known, so no file that a net names is opened.
    with without_data():
        try:
            before, after = _read_or_empty(old, schema), _read_or_empty(new, schema)
        except (click.exceptions.Exit, click.ClickException, ProtogenError) as error:
            message = getattr(error, "message", "") or "one of the versions cannot be read"
            click.echo(f"not compared: {message}")
            return
        _print(*_compare(before, after, ignore, {}), None, stat=stat, as_json=False)


def _read_or_empty(spec: str, schema: str | None) -> Net:
    from protogen.net_files import loads

    # A file that was added or removed: all of its layers are new, or gone.
    if spec in _NO_FILE:
        return loads("")
    return _read(spec, schema)
