"""Where a net is read from: a prototxt file, a Python program, or the zoo."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from protogen.cli._output import Unusable, report_lines
from protogen.diagnostics import one_line

if TYPE_CHECKING:
    from protogen.analysis import Analysis
    from protogen.diagnostics import Diagnostic
    from protogen.net import Net
    from protogen.render.context import Source
    from protogen.text import Document

__all__ = [
    "analyze",
    "display_name",
    "exit_if_rejected",
    "is_composed",
    "is_program",
    "named_files",
    "read_document",
    "read_file",
    "read_net",
    "read_net_or_exit",
    "read_partial_net",
    "report_diagnostics",
    "report_rejection",
    "shapes_given",
    "source_of",
    "split_spec",
    "use_schema",
    "zoo_settings",
]

_Result = TypeVar("_Result")

_ZOO = "zoo:"


def display_name(path: str) -> str:
    """The name of a file in messages; ``-`` is standard input."""
    if path == "-":
        return "<stdin>"
    return path


def read_file(path: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``. Raises `Unusable`."""
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        return Path(path).read_bytes()
    # A name with a null character is a ValueError.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        shown = one_line(display_name(path)) or '""'
        raise Unusable(f"{shown} cannot be read: {reason}") from None


def read_document(data: bytes, name: str, kind: str, schema: str | None) -> Document:
    """A text as a ``NetParameter`` or another message, in the schema of --proto if there is one.

    Raises `Unusable` if there is a schema that cannot be used.
    """
    from protogen.net_files import message_class
    from protogen.text import read

    return read(data, use_schema(lambda: message_class(kind, schema)), name)


def use_schema(read: Callable[[], _Result]) -> _Result:
    """What ``read`` returns. Raises `Unusable` if it cannot use a ``caffe.proto``."""
    from protogen.diagnostics import ProtogenError

    try:
        return read()
    except ModuleNotFoundError as error:
        # Another missing module is a broken installation, which has no hint.
        if error.name != "grpc_tools":
            raise
        message = "--proto needs the package grpcio-tools: pip install 'caffe-protogen[proto]'"
        raise Unusable(message) from None
    except ProtogenError as error:
        raise Unusable(str(error)) from None


def split_spec(spec: str) -> tuple[str, str]:
    r"""The file of a SPEC, and the name after its colon: ``("nets.py", "resnet")``.

    Only a Python program can have a name. The colon of ``C:\nets\deploy.prototxt`` belongs to the
    file.
    """
    path, _, name = spec.rpartition(":")
    if path.endswith(".py") and not Path(spec).exists():
        return path, name
    return spec, ""


def is_composed(spec: str) -> bool:
    """Whether a SPEC is a net of a program or of the zoo, not a file of text."""
    return split_spec(spec)[0].endswith(".py") or _is_in_zoo(spec)


def is_program(spec: str) -> bool:
    """Whether a SPEC is a Python program that exists."""
    file, _ = split_spec(spec)
    return file.endswith(".py") and Path(file).exists()


def _is_in_zoo(spec: str) -> bool:
    return spec.startswith(_ZOO) and not Path(spec).exists()


def read_net(
    spec: str, settings: Mapping[str, Any] | None = None, schema: str | None = None
) -> Net:
    """The net of ``file.prototxt``, ``-``, ``file.py``, ``file.py:name`` or ``zoo:name``.

    ``settings`` are keyword arguments for the function that returns the net. Raises `Unusable` for
    a SPEC without a net, and `ProtogenError` if a program fails. ``schema`` is the file of --proto,
    which is for texts only.
    """
    path, name = split_spec(spec)
    if schema is not None and is_composed(spec):
        raise Unusable(f"--proto is for prototxt files; {spec} is composed with protogen's schema")
    if path.endswith(".py"):
        from protogen.cli._program import net_of_program

        return net_of_program(path, name, settings or {})
    if _is_in_zoo(spec):
        return _zoo_net(spec.removeprefix(_ZOO), settings or {})
    # Settings are arguments of a function, and a text has none.
    if settings:
        raise Unusable(f"--set needs a Python program with a function; {spec} is a file to read")

    from protogen.net import Net

    document = read_document(read_file(path), display_name(path), "NetParameter", schema)
    return Net.from_document(document)


def _zoo_net(spec: str, settings: Mapping[str, Any]) -> Net:
    """A network of the zoo as a text, so that findings name a line of what is emitted."""
    from protogen.net_files import loads
    from protogen.zoo import ZooError, net_of_spec

    try:
        net = net_of_spec(spec, settings)
    except ZooError as error:
        raise Unusable(str(error)) from None
    return loads(net.to_prototxt(), f"{_ZOO}{spec}")


def zoo_settings(spec: str, form: str | None, plain: bool, derived: bool) -> dict[str, Any]:
    """The options of a network of the zoo for ``--as`` and ``--plain``; none for other SPECs.

    For deployment it is the published form, unless the deploy net is to be ``derived``; for all
    else it is the form for training. Raises `Unusable` for ``plain`` without a network of the zoo.
    """
    if not _is_in_zoo(spec):
        if plain:
            raise Unusable(f"--plain needs a network of the zoo, as in zoo:lenet; got {spec}")
        return {}
    settings: dict[str, Any] = {}
    if plain:
        settings["plain"] = True
    # What the SPEC itself says counts.
    if form and "form=" not in spec:
        is_published = form == "deploy" and not derived
        settings["form"] = "deploy" if is_published else "train_val"
    return settings


def read_partial_net(
    spec: str, settings: Mapping[str, Any] | None = None, schema: str | None = None
) -> tuple[Net, list[Diagnostic]]:
    """A net as `read_net` reads it, or what a program has composed of it before a mistake.

    The second value is the mistake; without one it is empty.
    """
    from protogen.program import ComposeError

    try:
        return read_net(spec, settings, schema), []
    except ComposeError as error:
        # The program failed before it had a net.
        if error.net is None:
            raise
        return error.net, error.diagnostics


def read_net_or_exit(
    spec: str, settings: Mapping[str, Any] | None = None, schema: str | None = None
) -> tuple[Net, list[Diagnostic]]:
    """A net as `read_partial_net` reads it. Its findings are printed on standard error.

    The command ends here with exit code 1 if the text cannot be read completely, because a net
    that lacks some of its text would give wrong results.
    """
    from protogen.diagnostics import Severity
    from protogen.rules.text import reading_errors

    net, mistakes = read_partial_net(spec, settings, schema)
    findings = net.current.findings
    for diagnostic in [*findings, *mistakes]:
        if diagnostic.severity is not Severity.NOTE:
            report_lines(str(diagnostic))
    # Warnings and notes about the text leave nothing out.
    if reading_errors(findings):
        raise click.exceptions.Exit(1)
    return net, mistakes


def exit_if_rejected(net: Net, analysis: Analysis, mistakes: Sequence[Diagnostic]) -> None:
    """End the command with exit code 1 if Caffe would reject a net, and print why.

    What `read_net_or_exit` has printed is not printed again.
    """
    from protogen.render.diagnostic import diagnostics_text

    if analysis.ok and not mistakes:
        return
    printed = set(net.current.findings)
    new = []
    # dict.fromkeys removes repetitions, and unlike a set it keeps the order.
    for each in dict.fromkeys(analysis.diagnostics):
        if each not in printed:
            new.append(each)
    if new:
        report_lines(diagnostics_text(new, source_of(_texts_of(net))))
    raise click.exceptions.Exit(1)


def named_files(net: Net) -> Iterator[str]:
    """The files that the layers of a net read: sources of data, lists, mean files."""
    for layer in net.current.message.layer:
        for field, param in layer.ListFields():
            # Only parameters name files; include and param do not.
            if field.name.endswith("_param") and hasattr(param, "ListFields"):
                yield from _file_names(param)


def _file_names(param: Any) -> Iterator[str]:
    for field, value in param.ListFields():
        if field.name == "source" or field.name.endswith("_file"):
            yield str(value)


def shapes_given(
    net: Net, inputs: Sequence[tuple[str, tuple[int | None, ...]]]
) -> dict[str, tuple[int | None, ...]]:
    """The shapes of --input by blob. Raises `Unusable` for a blob that no layer produces."""
    given = dict(inputs)
    try:
        net.analysis(inputs=given)
    except ValueError as error:
        raise Unusable(f"--{str(error).replace('inputs', 'input', 1)}") from None
    return given


def analyze(
    net: Net,
    inputs: Sequence[tuple[str, tuple[int | None, ...]]],
    phase: str | None,
    level: int,
    stages: Collection[str],
) -> Analysis:
    """A net in the state of the command line, with the shapes of --input.

    Without a phase it is the one that a summary is about. Raises `Unusable` as `shapes_given` does.
    """
    from protogen.graph import State
    from protogen.reports.summary import default_phase

    shapes = shapes_given(net, inputs)
    state = State(phase or default_phase(net, level, stages), level, stages)
    return net.analysis(state, shapes)


def source_of(texts: Mapping[str, str]) -> Source:
    """A function from a file's name to its text: one of ``texts``, or a file to read."""

    def source(file: str) -> str:
        if file in texts:
            return texts[file]
        # linecache would look for other files on the path of Python.
        if not Path(file).is_file():
            return ""
        return "".join(linecache.getlines(file))

    return source


def _texts_of(net: Net) -> dict[str, str]:
    document = net.document
    if document is None:
        return {}
    return {document.filename: document.text}


def report_rejection(net: Net, analysis: Analysis, mistakes: Sequence[Diagnostic]) -> None:
    """Print why Caffe would reject a net of `read_partial_net`."""
    report_diagnostics(net, [analysis])
    for mistake in mistakes:
        report_lines(str(mistake))


def report_diagnostics(net: Net, analyses: Sequence[Analysis]) -> None:
    """Print the diagnostics to standard error: once those of every phase, then by phase."""
    from protogen.render.diagnostic import diagnostics_text

    # Most are the same in TRAIN and TEST, and would be read twice.
    common = set(analyses[0].diagnostics)
    for analysis in analyses[1:]:
        common &= set(analysis.diagnostics)
    # dict.fromkeys removes repetitions, and unlike a set it keeps the order.
    in_all = [each for each in dict.fromkeys(analyses[0].diagnostics) if each in common]
    sections = [("", in_all)]
    for analysis in analyses:
        only = [each for each in dict.fromkeys(analysis.diagnostics) if each not in common]
        sections.append((f"in phase {analysis.phase} only:\n", only))
    source = source_of(_texts_of(net))
    for title, diagnostics in sections:
        if diagnostics:
            report_lines(title + diagnostics_text(diagnostics, source))
