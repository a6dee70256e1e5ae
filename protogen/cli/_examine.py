"""One file checked, here or in another process: what goes in and comes out can be sent there."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protogen.diagnostics import Diagnostic, ProtogenError

if TYPE_CHECKING:
    from protogen.net import Net
    from protogen.text import Document

__all__ = ["Outcome", "Task", "examine"]

_RANKS = {"note": 0, "warning": 1, "error": 2}


@dataclass(frozen=True)
class Task:
    """A file or SPEC, with what is to be looked for. ``data`` is what standard input held."""

    spec: str
    data: bytes | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: str | None = None
    mend: bool = False

    @property
    def file(self) -> str:
        """What findings call it."""
        return "<stdin>" if self.spec == "-" else self.spec

    def wants(self, found: Diagnostic) -> bool:
        """Whether a finding is one that was asked for."""
        from protogen.checks import chosen

        lowest = self.severity or ("note" if self.select else "warning")
        return _RANKS[found.severity.value] >= _RANKS[lowest] and chosen(
            found, self.select, self.ignore, notes=True
        )


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    ``fixed`` is the text with its fixes where there were any. ``skipped`` says why a file is not
    for Caffe, ``trouble`` why it could not be checked.
    """

    file: str
    found: list[Diagnostic] = field(default_factory=list)
    mended: list[Diagnostic] = field(default_factory=list)
    text: str | None = None
    fixed: str | None = None
    skipped: str = ""
    trouble: str = ""


def examine(task: Task) -> Outcome:
    """Check one file; nothing it may hold, nor a fault of our own, stops the others."""
    try:
        if task.data is None and not _is_file(task.spec):
            return _composed(task)
        return _written(task)
    except click.ClickException as error:
        return Outcome(task.file, trouble=error.message)
    except ProtogenError as error:
        return Outcome(task.file, list(filter(task.wants, error.diagnostics)))
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        fault = f"{type(error).__name__}: {error}"
        return Outcome(task.file, trouble=f"{task.file}: protogen failed at {place} with {fault}")


def _is_file(spec: str) -> bool:
    return Path(spec).is_file() and Path(spec).suffix != ".py"


def _composed(task: Task) -> Outcome:
    from protogen.cli._input import read_net

    net = read_net(task.spec)
    return Outcome(task.file, list(filter(task.wants, _found(net, task))))


def _written(task: Task) -> Outcome:
    from protogen import proto
    from protogen.net_files import read_bytes
    from protogen.net import Net
    from protogen.text import read

    try:
        data = read_bytes(task.spec) if task.data is None else task.data
    except ProtogenError as error:
        return Outcome(task.file, trouble=f"{task.file} {error.diagnostics[0].message}")
    document = read(data, proto.NetParameter, task.file)
    kind = _kind(document)
    if kind == "net":
        return _net(task, Net.from_document(document))
    if kind == "solver":
        return _solver(task, read(data, proto.SolverParameter, task.file))
    names = list(dict.fromkeys(entry[0] for entry in document.tree.entries))
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    skipped = f"neither a net nor a solver (its fields: {shown})"
    return Outcome(task.file, text=document.text, skipped=skipped)


def _kind(document: Document) -> str:
    """``net``, ``solver``, or nothing for a file of other things: labels, a service's settings.

    What has no field at all is taken for a net, so that its syntax is told.
    """
    from protogen import proto

    names = {entry[0] for entry in document.tree.entries}
    kinds = {"net": proto.NetParameter, "solver": proto.SolverParameter}
    known = {k: len(names & set(m.DESCRIPTOR.fields_by_name)) for k, m in kinds.items()}
    best = max(known, key=lambda kind: known[kind])
    if names and not names & {"layer", "layers"} and known[best] * 2 < len(names):
        return ""
    return best


def _net(task: Task, net: Net) -> Outcome:
    from protogen.transforms.safe_fixes import SafeFixes, is_writable

    def wanted(net: Net, found: list[Diagnostic]) -> list[Diagnostic]:
        left = _silenced(net, _layer_line(net), filter(task.wants, found))
        return left if is_writable(net) else [replace(each, fix=None) for each in left]

    def all_of(net: Net) -> list[Diagnostic]:
        return _found(net, task)

    if not task.mend:
        return Outcome(task.file, wanted(net, all_of(net)), text=net.text)
    result = SafeFixes(all_of, wanted)(net)
    fixed = result.net.text if result.modified else None
    left = wanted(result.net, all_of(result.net))
    return Outcome(task.file, left, result.diagnostics, net.text, fixed)


def _found(net: Net, task: Task) -> list[Diagnostic]:
    from protogen.checks import check

    return check(net, **task.state, notes=True).diagnostics


def _layer_line(net: Net) -> Callable[[Diagnostic], int]:
    def line(found: Diagnostic) -> int:
        if found.layer_index < 0:
            return 0
        place = net.layer_location(found.layer_index)
        return place.line if place else 0

    return line


def _silenced(
    source: Net | Document, layer_line: Callable[[Diagnostic], int], found: Any
) -> list[Diagnostic]:
    from protogen.checks._comments import Silenced
    from protogen.net import Net

    document = source.document if isinstance(source, Net) else source
    assert document is not None
    return Silenced(document, layer_line).without(found)


def _solver(task: Task, document: Document) -> Outcome:
    from protogen.checks import check_solver

    found = check_solver(document, notes=True).diagnostics
    left = _silenced(document, lambda _: 0, filter(task.wants, found))
    return Outcome(task.file, left, text=document.text)
