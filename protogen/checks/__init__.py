"""What protogen thinks of a net: one file for each rule, found by themselves.

`check` infers the net in each phase and asks every rule; a net that Caffe refuses or that computes
garbage has an error, one that is probably not what was meant a warning.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from protogen import proto
from protogen.checks._explained import explained
from protogen.checks._rule import Check, Run, Whole, checks
from protogen.checks._solver import SolverFile
from protogen.compose.loaded import field_path, read_bytes
from protogen.compose.net import Net
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.graph import State, build, meant_phases
from protogen.inference import infer_graph
from protogen.rules import Catalogue, registered
from protogen.rules.text import reading_errors
from protogen.text import Document, read

__all__ = ["Report", "all_rules", "check", "check_solver"]


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by the code of its rule."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not path.stem.startswith("_"):
            importlib.import_module(f"{__name__}.{path.stem}")
    return tuple(checks())


@cache
def all_rules() -> Catalogue:
    """Every rule, by code: those of the checks, and those that reading and inference report."""
    all_checks()
    return registered()


@dataclass(frozen=True)
class Report:
    """What was found, in the order of the net's layers."""

    diagnostics: list[Diagnostic]

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics)


def check(
    net: Any,
    *,
    phases: Collection[str] = (),
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Mapping[str, Sequence[int | None]] | None = None,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    notes: bool = False,
) -> Report:
    """Check a net: the diagnostics of inference and of every rule.

    ``phases`` are TRAIN, TEST or both; left out, those in which the net has data. ``select`` and
    ``ignore`` are codes, beginnings of codes, or names of rules; ``notes`` adds what is worth
    knowing but nothing to mend. Raises `ValueError` for a code that no rule has.
    """
    _check_codes(select=select, ignore=ignore)
    net = net if isinstance(net, Net) else Net.of(net)
    message, text = net.current()
    runs = []
    for phase in phases or meant_phases(message, level, stages):
        graph = build(message, State(phase, level, stages))
        runs.append(Run(net, message, infer_graph(graph, inputs or {}), inputs or {}))
    spoilt = net.spoilt()
    asked = (d for d in _ask(Whole(net, message, runs)) if d.layer_index not in spoilt)
    found = [*text, *asked]
    wanted = [d for d in found if chosen(d, select, ignore, notes)]
    return Report(sorted(map(net.place, wanted), key=_position))


def check_solver(
    solver: str | os.PathLike[str] | Document,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    notes: bool = False,
) -> Report:
    """Check a solver: its text, and what Caffe would refuse or hardly was meant in it.

    ``solver`` is the path of its file, or a document that was read as a ``SolverParameter``. The
    nets it names are looked for, not checked. Raises `ProtogenError` if the file cannot be read,
    and `ValueError` for a code that no rule has.
    """
    _check_codes(select=select, ignore=ignore)
    if not isinstance(solver, Document):
        solver = read(read_bytes(solver), proto.SolverParameter, os.fspath(solver))
    file, found = SolverFile(solver), list(solver.diagnostics)
    if not reading_errors(solver.diagnostics):
        found += file.upgraded.diagnostics
        for each in all_checks():
            found += [_place(solver, d) for d in each.check_solver(file)]
    wanted = [d for d in found if chosen(d, select, ignore, notes)]
    return Report(sorted(wanted, key=_position))


def _check_codes(**given: Collection[str]) -> None:
    """Raise for a selection that would silence findings by mistake."""
    for name, codes in given.items():
        if isinstance(codes, str):
            raise ValueError(f'{name} is a list of codes: ["{codes}"]')
        all_rules().check_patterns(codes)


def _place(solver: Document, diagnostic: Diagnostic) -> Diagnostic:
    """A finding with the place of its field, or the file where it is not written."""
    place = solver.locate(field_path(diagnostic.field)) if diagnostic.field else None
    return replace(diagnostic, location=place or Location(solver.filename))


def _ask(whole: Whole) -> Iterator[Diagnostic]:
    for each in all_checks():
        yield from each.check_net(whole)
    told: dict[Diagnostic, Diagnostic] = {}
    phases: dict[Diagnostic, list[str]] = {}
    for run in whole.runs:
        for diagnostic in _ask_run(whole, run):
            finding = replace(diagnostic, why="", hint="", fix=None)
            told.setdefault(finding, diagnostic)
            phases.setdefault(finding, []).append(run.phase)
    for finding, diagnostic in told.items():
        everywhere = len(set(phases[finding])) == len(whole.runs)
        only = "" if everywhere else f" (in phase {phases[finding][0]} only)"
        yield replace(diagnostic, message=diagnostic.message + only)


def _ask_run(whole: Whole, run: Run) -> Iterator[Diagnostic]:
    yield from explained(whole, run)
    for each in all_checks():
        yield from each.check_run(run)


def chosen(
    diagnostic: Diagnostic, select: Collection[str], ignore: Collection[str], notes: bool
) -> bool:
    """Whether a finding is one that was asked for."""

    def among(patterns: Collection[str]) -> bool:
        return any(diagnostic.code.startswith(p) or diagnostic.name == p for p in patterns)

    if among(ignore):
        return False
    if select:
        return among(select)
    return notes or diagnostic.severity is not Severity.NOTE


def _position(diagnostic: Diagnostic) -> tuple[str, int, int, int]:
    place = diagnostic.location
    line = (place.file, place.line, place.column) if place else ("", 0, 0)
    return (*line, diagnostic.layer_index)
