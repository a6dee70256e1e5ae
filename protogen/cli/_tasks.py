"""One file to check, here or in another process: tasks and outcomes can be pickled."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from protogen.cli._input import (
    display_name,
    is_composed,
    is_program,
    named_files,
    read_document,
    read_file,
)
from protogen.cli._output import Unusable
from protogen.diagnostics import Diagnostic, ProtogenError, Severity, did_you_mean

if TYPE_CHECKING:
    from protogen.checks import Report
    from protogen.net import Net
    from protogen.text import Document

__all__ = ["TARGET_FAMILY", "Outcome", "Task", "run_task"]

#: What the codes of the rules about targets begin with.
TARGET_FAMILY = "F2"

#: Why a program among other files is skipped: the others may come from anybody, and so may it.
_NOT_RUN = "it is a Python program, which is run only alone or with --allow-python"

_RANKS = {"note": 0, "warning": 1, "error": 2}


@dataclass(frozen=True)
class Task:
    """A file or SPEC to check.

    ``data`` is what standard input held, ``state`` are keyword arguments of `protogen.check`,
    ``select``, ``ignore`` and ``severity`` choose the findings, and ``fix`` is whether to fix them.
    ``required_inputs`` are blobs that the net must have; other inputs are for some nets of many.
    ``opens_sources`` is whether the data sources of the net are opened, and ``runs_programs``
    whether a Python program is run. ``targets`` are those to check the net for, and ``schema`` is
    the ``caffe.proto`` of the Caffe that reads it. ``names_files`` is whether the outcome has the
    files that the net reads, which only a report in a file needs to know.
    """

    spec: str
    data: bytes | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: str | None = None
    fix: bool = False
    required_inputs: tuple[str, ...] = ()
    opens_sources: bool = True
    runs_programs: bool = True
    targets: tuple[str, ...] = ()
    schema: str | None = None
    names_files: bool = False

    @property
    def file(self) -> str:
        """The name of the file in findings."""
        return display_name(self.spec)

    @property
    def for_targets_only(self) -> bool:
        """Whether only targets are asked about the file; they read any text as a net."""
        return bool(self.targets) and set(self.select) == {TARGET_FAMILY}

    def selects(self, finding: Diagnostic) -> bool:
        """Whether a finding is one that the user asks for."""
        from protogen.checks import selected

        if _RANKS[finding.severity.value] < _RANKS[self._lowest]:
            return False
        return selected(finding, self.select, self.ignore, notes=True)

    @property
    def _lowest(self) -> str:
        """The lowest severity that is reported."""
        if self.severity:
            return self.severity
        # Notes are reported if their rules are selected by name.
        if self.select and not self.for_targets_only:
            return "note"
        return "warning"

    def hidden_notes(self, findings: Iterable[Diagnostic]) -> int:
        """The number of notes that are only left out because nobody asked for notes."""
        from protogen.checks import selected

        if self.severity or self._lowest == "note":
            return 0
        number = 0
        for each in findings:
            if each.severity is not Severity.NOTE:
                continue
            if selected(each, self.select, self.ignore, notes=True):
                number += 1
        return number


@dataclass(frozen=True)
class Outcome:
    """The result of a task.

    ``findings`` are those that remain, ``fixed`` those that were fixed. ``text`` is the text of the
    file and ``fixed_text`` that with the fixes, if there are any. ``skipped`` says why the file is
    not for Caffe, and ``problem`` why it cannot be checked. ``unchecked`` says what could not be
    checked in a file that could, and ``hidden_notes`` how many notes were found and not asked for.
    ``verdicts`` has the verdict of each target, by its name. ``named_files`` are the files that a
    net or solver reads.
    """

    file: str
    findings: list[Diagnostic] = field(default_factory=list)
    fixed: list[Diagnostic] = field(default_factory=list)
    text: str | None = None
    fixed_text: str | None = None
    skipped: str = ""
    problem: str = ""
    unchecked: tuple[str, ...] = ()
    hidden_notes: int = 0
    verdicts: Mapping[str, str] = field(default_factory=dict)
    named_files: tuple[str, ...] = ()


def run_task(task: Task) -> Outcome:
    """Check one file. Neither a bad file nor a bug of ours stops the check of other files."""
    if not task.opens_sources:
        from protogen.sources import without_data

        with without_data():
            return run_task(replace(task, opens_sources=True))
    # A program runs with the rights of the user, so it is run only if that is asked for.
    if not task.runs_programs and is_program(task.spec):
        return Outcome(task.file, skipped=_NOT_RUN)
    composed = task.data is None and is_composed(task.spec)
    try:
        if composed:
            return _check_composed(task)
        return _check_file(task)
    # Among them Unusable: the file cannot be read, say.
    except click.ClickException as error:
        return Outcome(task.file, problem=error.message)
    # The program composes a wrong net: its mistakes are findings like any others.
    except ProtogenError as error:
        return Outcome(task.file, list(filter(task.selects, error.diagnostics)))
    # A bug of protogen in one file must not hide the findings in all others.
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
    from protogen.cli._input import read_partial_net

    net, mistakes = read_partial_net(task.spec, schema=task.schema)
    report = _check_net(net, task)
    if mistakes:
        # That nothing reads a blob yet, say, is no news about half a net.
        found = [each for each in report.diagnostics if each.severity is Severity.ERROR]
        report = replace(report, diagnostics=[*found, *mistakes])
    return _outcome(task, net, list(filter(task.selects, report.diagnostics)), report)


def _outcome(
    task: Task, net: Net, findings: list[Diagnostic], report: Report, **more: Any
) -> Outcome:
    hidden = task.hidden_notes(report.diagnostics)
    return Outcome(
        task.file,
        findings,
        unchecked=tuple(report.unchecked),
        hidden_notes=hidden,
        verdicts=report.verdicts,
        named_files=tuple(named_files(net)) if task.names_files else (),
        **more,
    )


def _check_file(task: Task) -> Outcome:
    from protogen.cli._file_kind import description, file_kind
    from protogen.net import Net

    data = read_file(task.spec) if task.data is None else task.data
    document = read_document(data, task.file, "NetParameter", task.schema)
    kind = file_kind(document)
    # A target reads any text as a net, also that of a solver.
    if kind == "net" or task.for_targets_only:
        return _check_net_file(task, Net.from_document(document))
    if kind == "solver":
        solver = read_document(data, task.file, "SolverParameter", task.schema)
        return _check_solver_file(task, solver)
    return Outcome(task.file, text=document.text, skipped=description(document))


def _check_net_file(task: Task, net: Net) -> Outcome:
    from protogen.transforms import Result
    from protogen.transforms.safe_fixes import SafeFixes, applicable_fixes

    def all_findings(net: Net) -> list[Diagnostic]:
        return _check_net(net, task).diagnostics

    def selected(net: Net, findings: list[Diagnostic]) -> list[Diagnostic]:
        chosen = filter(task.selects, findings)
        assert net.document is not None
        with net.freeze():
            left = _without_ignored(net.document, chosen)
        return applicable_fixes(net, left)

    result = SafeFixes(all_findings, selected)(net) if task.fix else Result.unmodified(net)
    # Half a program looks like a net, and with its first assignment fixed like something else.
    if not result.modified or not _is_net(result.net, task):
        report = _check_net(net, task)
        return _outcome(task, net, selected(net, report.diagnostics), report, text=net.text)
    # What is left is about the text with the fixes.
    report = _check_net(result.net, task)
    return _outcome(
        task,
        result.net,
        selected(result.net, report.diagnostics),
        report,
        fixed=result.diagnostics,
        text=net.text,
        fixed_text=result.net.text,
    )


def _is_net(net: Net, task: Task) -> bool:
    """Whether the text of a net still counts as one when it is read again."""
    from protogen.cli._file_kind import file_kind

    assert net.document is not None
    return task.for_targets_only or file_kind(net.document) == "net"


def _check_net(net: Net, task: Task) -> Report:
    from protogen.checks import check

    produced = set()
    for layer in net.current.message.layer:
        produced.update(layer.top)
    for name in task.required_inputs:
        # A net without layers could not be read, and its errors say more.
        if produced and name not in produced:
            near = did_you_mean(name, produced)
            hint = f"; {near}" if near else ""
            raise Unusable(f'--input: no layer of {task.file} produces blob "{name}"{hint}')
    # The shapes in settings are for all nets of a folder, each of which has some of the blobs.
    inputs = {}
    for name, shape in task.state.get("inputs", {}).items():
        if name in produced:
            inputs[name] = shape
    state = {**task.state, "inputs": inputs}
    return check(net, **state, notes=True, target=task.targets)


def _without_ignored(document: Document, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings that no comment of the file ignores."""
    from protogen.checks import Suppressions

    return Suppressions(document).remaining(findings)


def _check_solver_file(task: Task, document: Document) -> Outcome:
    from protogen.checks import check_solver

    findings = filter(task.selects, check_solver(document, notes=True).diagnostics)
    left = _without_ignored(document, findings)
    solver = document.message
    nets = (solver.net, solver.train_net, *solver.test_net, *solver.weights)
    return Outcome(task.file, left, text=document.text, named_files=tuple(filter(None, nets)))
