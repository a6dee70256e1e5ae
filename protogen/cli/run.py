"""``protogen run``: a NetSpec script, as it is, without Caffe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from protogen.cli._output import Unusable, check_output, write_text

if TYPE_CHECKING:
    from protogen.diagnostics import Diagnostic
    from protogen.netspec._record import Made
    from protogen.netspec._script import Ending


@click.command(
    short_help="Run a NetSpec script without Caffe.",
    epilog="\b\nExamples:\n  protogen run net.py\n"
    "  protogen run --strict -o train.prototxt make_net.py --depth 50",
    context_settings={"allow_interspersed_args": False},
)
@click.argument("script", type=click.Path(allow_dash=True))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True),
    metavar="OUT",
    help="Also write the net that the script makes.",
)
@click.option("--net", "number", type=click.IntRange(1), metavar="N", help="Write the Nth net.")
@click.option("--keep-all", is_flag=True, help="Keep the layers that NetSpec drops.")
@click.option("--strict", is_flag=True, help="Make the warnings errors.")
@click.option("--py2", is_flag=True, help="Run a script for Python 2 (needs fissix).")
def command(
    script: str,
    arguments: tuple[str, ...],
    output: str | None,
    number: int | None,
    keep_all: bool,
    strict: bool,
    py2: bool,
) -> None:
    """Run SCRIPT, which composes nets with pycaffe's NetSpec, with a module caffe of our own.

    The nets are those that pycaffe makes. What NetSpec loses without a word is reported on standard
    error with the line of the script: layers that are in no net, names that no blob has, names
    twice. The nets are checked as Caffe would check them.

    Options for protogen come before SCRIPT; all that follows belongs to the script. The exit code
    is that of the script, or 1 if a net has errors.
    """
    from protogen.cli._input import display_name, read_file
    from protogen.netspec import _script
    from protogen.netspec._record import record

    if py2:
        _require_fissix()
    source = read_file(script)
    path = display_name(script)
    if output is not None:
        check_output(output, [script])
    record.clear()
    record.strict, record.keep_all, record.report = strict, keep_all, _report
    ending = _script.run(path, source, arguments, py2)
    _report_ending(ending, source, py2)
    failed = _report_nets(ending)
    if output is not None:
        _write(output, number, record.messages)
    if ending.exit_code or failed:
        raise click.exceptions.Exit(ending.exit_code or 1)


def _require_fissix() -> None:
    from protogen.netspec import _python2

    try:
        _python2.require()
    except ImportError:
        message = "--py2 needs the package fissix: pip install 'caffe-protogen[py2]'"
        raise Unusable(message) from None


def _report(diagnostic: Diagnostic) -> None:
    """Print a finding, with the line of the script that it is about."""
    from protogen.cli._input import source_of
    from protogen.render.diagnostic import diagnostic_text

    # What the script has printed comes first, also if both streams go to one file.
    sys.stdout.flush()
    click.echo(diagnostic_text(diagnostic, source_of({})), err=True)


def _report_ending(ending: Ending, source: bytes, py2: bool) -> None:
    """Say why the script ended, unless it came to its end."""
    from protogen.diagnostics import ProtogenError
    from protogen.netspec import _advice

    error = ending.error
    if isinstance(error, ProtogenError):
        for diagnostic in error.diagnostics:
            _report(diagnostic)
    elif isinstance(error, KeyboardInterrupt):
        click.echo("interrupted", err=True)
    elif ending.traceback:
        click.echo(ending.traceback, err=True, nl=False)
    if error is not None:
        for sentence in _advice.advice(error, source, py2):
            click.echo(sentence, err=True)


def _report_nets(ending: Ending) -> bool:
    """Report what is lost and what Caffe rejects; whether there is an error among it."""
    from protogen.netspec._needs_caffe import NeedsCaffe
    from protogen.netspec._record import record
    from protogen.program import ComposeError

    failed = False
    try:
        # A script that raises has not come to the layers that would lead to the others.
        if ending.error is None or isinstance(ending.error, NeedsCaffe):
            record.warn(record.dropped())
    except ComposeError as error:
        failed = True
        for diagnostic in error.diagnostics:
            _report(diagnostic)
    for diagnostic in record.errors():
        failed = True
        _report(diagnostic)
    return failed


def _write(output: str, number: int | None, nets: Sequence[Made]) -> None:
    """Write the net, or the one with this number. Raises `Unusable` if it is unclear which."""
    from protogen.text import writer

    if not nets:
        raise Unusable("the script makes no net: it calls to_proto nowhere")
    if number is None and len(nets) > 1:
        listed = ", ".join(
            f"{index} with {len(made.message.layer)} layers" for index, made in enumerate(nets, 1)
        )
        raise Unusable(f"the script makes several nets ({listed}); choose one with --net N")
    if number is not None and number > len(nets):
        raise Unusable(f"--net {number}: the script makes only {len(nets)}")
    write_text(output, writer.write(nets[(number or 1) - 1].message))
