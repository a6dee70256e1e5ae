"""``protogen run``: a NetSpec script, as it is, without Caffe."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._output import Unusable, check_output, report, report_lines, write_text

if TYPE_CHECKING:
    from protogen.diagnostics import Diagnostic
    from protogen.netspec.record import ScriptNet
    from protogen.netspec.script import Ending


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
@click.option("--proto", "schema", metavar="FILE", help="The caffe.proto of a fork.")
@click.option("--py2", is_flag=True, help="Run a script for Python 2 (needs fissix).")
def command(
    script: str,
    arguments: tuple[str, ...],
    output: str | None,
    number: int | None,
    schema: str | None,
    py2: bool,
    **options: Any,
) -> None:
    """Run SCRIPT, which composes nets with pycaffe's NetSpec, with a module caffe of our own.

    SCRIPT may be a Jupyter notebook: its code cells are run in order, as far as no Caffe is needed.

    The nets are those that pycaffe makes. What NetSpec loses without a word is reported on standard
    error with the line of the script: layers that are in no net, names that no blob has, names
    twice. The nets are checked as Caffe would check them.

    Options for protogen come before SCRIPT; all that follows belongs to the script. The exit code
    is that of the script, or 1 if a net has errors, which is then not written to OUT.
    """
    from protogen.netspec.record import record
    from protogen.netspec.script import run

    path, source, cells = _prepare(script, schema, py2)
    if output is not None:
        check_output(output, [script])
    with record.session(_report, **options):
        ending = run(path, cells, arguments, py2)
        _report_ending(ending, source, py2)
        failed = _report_nets(ending)
        # A script that raised may have made its net before.
        if output is not None and not failed and (record.messages or ending.error is None):
            _write(output, number, record.messages)
    if ending.exit_code or failed:
        raise click.exceptions.Exit(ending.exit_code or 1)


def _prepare(script: str, schema: str | None, py2: bool) -> tuple[str, bytes, list[bytes]]:
    """What `_code` returns, after a look for what the options need."""
    if py2:
        _require_fissix()
    if schema is not None:
        _use_schema(schema)
    return _code(script)


def _code(script: str) -> tuple[str, bytes, list[bytes]]:
    """The name of a script, its code as a whole, and that of each cell of a notebook."""
    from protogen.cli._input import display_name, read_file
    from protogen.netspec.notebook import NotebookError, code_of

    source = read_file(script)
    path = display_name(script)
    cells = [source]
    # Some are valid Python: base_lr: 0.01
    if path.endswith(".prototxt"):
        raise Unusable(f"expected a Python script or a notebook, got {path}")
    text = source.decode("utf-8", "replace")
    if path.endswith(".ipynb"):
        try:
            text, codes = code_of(source)
        except NotebookError as error:
            raise Unusable(f"{path} {error}") from None
        cells = [code.encode("utf-8") for code in codes]
    # Findings quote its lines. They are not read again: the script may change the folder, and a
    # notebook is not its code.
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    return path, text.encode("utf-8"), cells


def _require_fissix() -> None:
    from protogen.netspec.python2 import require

    try:
        require()
    except ImportError:
        message = "--py2 needs the package fissix: pip install 'caffe-protogen[py2]'"
        raise Unusable(message) from None


def _use_schema(path: str) -> None:
    from protogen.cli._input import read_file
    from protogen.netspec.schema import use

    read_file(path)  # which reports a file that does not exist
    try:
        use(path)
    except ModuleNotFoundError:
        message = "--proto needs the package grpcio-tools: pip install 'caffe-protogen[proto]'"
        raise Unusable(message) from None


def _report(diagnostic: Diagnostic) -> None:
    """Print a finding, with the line of the script that it is about."""
    from protogen.cli._input import source_of
    from protogen.render.diagnostic import diagnostic_text

    # What the script has printed comes first, also if both streams go to one file.
    sys.stdout.flush()
    texts = {}
    if diagnostic.location and diagnostic.location.file in linecache.cache:
        file = diagnostic.location.file
        texts[file] = "".join(linecache.getlines(file))
    report_lines(diagnostic_text(diagnostic, source_of(texts)))


def _report_ending(ending: Ending, source: bytes, py2: bool) -> None:
    """Say why the script ended, unless it came to its end."""
    from protogen.diagnostics import ProtogenError
    from protogen.netspec.advice import advice

    error = ending.error
    if isinstance(error, ProtogenError):
        for diagnostic in error.diagnostics:
            _report(diagnostic)
    elif isinstance(error, KeyboardInterrupt):
        report("interrupted")
    elif ending.traceback:
        report_lines(ending.traceback.rstrip("\n"))
    if error is not None:
        for sentence in advice(error, source, py2):
            report(sentence)


def _report_nets(ending: Ending) -> bool:
    """Report what is lost and what Caffe rejects; whether there is an error among it."""
    from protogen.netspec.needs_caffe import NeedsCaffe
    from protogen.netspec.record import record
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


def _write(output: str, number: int | None, nets: Sequence[ScriptNet]) -> None:
    """Write the net, or the one with this number. Raises `Unusable` if it is unclear which."""
    from protogen.netspec.schema import is_ours
    from protogen.text import writer

    if not nets:
        raise Unusable("the script makes no net: it calls to_proto nowhere")
    if number is None and len(nets) > 1:
        listed = []
        for index, made in enumerate(nets, 1):
            listed.append(f"{index} with {len(made.message.layer)} layers")
        several = f"the script makes several nets ({', '.join(listed)})"
        raise Unusable(f"{several}; choose one with --net N")
    if number is not None and number > len(nets):
        raise Unusable(f"--net {number}: the script makes only {len(nets)}")
    message = nets[(number or 1) - 1].message
    # Our writer knows the fields of our own schema only.
    write_text(output, writer.write(message) if is_ours() else str(message))
