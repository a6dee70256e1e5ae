"""One file to check, here or in another process: tasks and outcomes can be pickled."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._input import display_name, is_composed, read_file
from protogen.diagnostics import Diagnostic, ProtogenError

if TYPE_CHECKING:
    from protogen.net import Net
    from protogen.text import Document

__all__ = ["Outcome", "Task", "run_task"]

_RANKS = {"note": 0, "warning": 1, "error": 2}


@dataclass(frozen=True)
class Task:
    """A file or SPEC to check.

    ``data`` is what standard input held, ``state`` are keyword arguments of `protogen.check`,
    ``select``, ``ignore`` and ``severity`` choose the findings, and ``fix`` is whether to fix them.
    """

    spec: str
    data: bytes | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: str | None = None
    fix: bool = False

    @property
    def file(self) -> str:
        """The name of the file in findings."""
        return display_name(self.spec)

    def selects(self, finding: Diagnostic) -> bool:
        """Whether a finding is one that the user asks for."""
        from protogen.checks import selected

        # Notes are reported if their rules are selected by name.
        lowest = self.severity or ("note" if self.select else "warning")
        if _RANKS[finding.severity.value] < _RANKS[lowest]:
            return False
        return selected(finding, self.select, self.ignore, notes=True)


@dataclass(frozen=True)
class Outcome:
    """The result of a task.

    ``findings`` are left, ``fixed`` are those that were fixed. ``text`` is the text of the file and
    ``fixed_text`` that with the fixes, if there are any. ``skipped`` says why the file is not for
    Caffe, and ``problem`` why it cannot be checked.
    """

    file: str
    findings: list[Diagnostic] = field(default_factory=list)
    fixed: list[Diagnostic] = field(default_factory=list)
    text: str | None = None
    fixed_text: str | None = None
    skipped: str = ""
    problem: str = ""


def run_task(task: Task) -> Outcome:
    """Check one file. Neither a bad file nor a bug of ours stops the check of other files."""
    composed = task.data is None and is_composed(task.spec)
    try:
        return _check_composed(task) if composed else _check_file(task)
    except click.ClickException as error:
        return Outcome(task.file, problem=error.message)
    except ProtogenError as error:
        return Outcome(task.file, list(filter(task.selects, error.diagnostics)))
    except Exception as error:
        return Outcome(task.file, problem=f"{task.file}: {_internal_error(error)}")


def _internal_error(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return (
        f"internal error in protogen (a bug) at {place}: {type(error).__name__}: {error};"
        " please report it"
    )


def _check_composed(task: Task) -> Outcome:
    from protogen.cli._input import read_net

    findings = filter(task.selects, _check_net(read_net(task.spec), task))
    return Outcome(task.file, list(findings))


def _check_file(task: Task) -> Outcome:
    from protogen import proto
    from protogen.cli._file_kind import description, file_kind
    from protogen.net import Net
    from protogen.text import read

    data = read_file(task.spec) if task.data is None else task.data
    document = read(data, proto.NetParameter, task.file)
    kind = file_kind(document)
    if kind == "net":
        return _check_net_file(task, Net.from_document(document))
    if kind == "solver":
        return _check_solver_file(task, read(data, proto.SolverParameter, task.file))
    return Outcome(task.file, text=document.text, skipped=description(document))


def _check_net_file(task: Task, net: Net) -> Outcome:
    from protogen.transforms.safe_fixes import SafeFixes, is_writable

    def all_findings(net: Net) -> list[Diagnostic]:
        return _check_net(net, task)

    def selected(net: Net, findings: list[Diagnostic]) -> list[Diagnostic]:
        chosen = filter(task.selects, findings)
        assert net.document is not None
        left = _without_ignored(net.document, _layer_line(net), chosen)
        return left if is_writable(net) else [replace(each, fix=None) for each in left]

    if not task.fix:
        return Outcome(task.file, selected(net, all_findings(net)), text=net.text)
    result = SafeFixes(all_findings, selected)(net)
    return Outcome(
        task.file,
        findings=selected(result.net, all_findings(result.net)),
        fixed=result.diagnostics,
        text=net.text,
        fixed_text=result.net.text if result.modified else None,
    )


def _check_net(net: Net, task: Task) -> list[Diagnostic]:
    from protogen.checks import check

    return check(net, **task.state, notes=True).diagnostics


def _layer_line(net: Net) -> Callable[[Diagnostic], int]:
    """A function from a finding to the line where its layer begins, 0 if that is unknown."""

    def line(finding: Diagnostic) -> int:
        if finding.layer_index < 0:
            return 0
        place = net.layer_location(finding.layer_index)
        return place.line if place else 0

    return line


def _without_ignored(
    document: Document, layer_line: Callable[[Diagnostic], int], findings: Iterable[Diagnostic]
) -> list[Diagnostic]:
    """The findings that no comment of the file ignores."""
    from protogen.checks import Suppressions

    return Suppressions(document, layer_line).remaining(findings)


def _check_solver_file(task: Task, document: Document) -> Outcome:
    from protogen.checks import check_solver

    findings = filter(task.selects, check_solver(document, notes=True).diagnostics)
    left = _without_ignored(document, lambda _: 0, findings)
    return Outcome(task.file, left, text=document.text)
