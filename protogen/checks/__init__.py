"""Checks of nets and solvers: one file for each, found by themselves.

`check` analyzes the net in each phase and runs every check. An *error* is something that Caffe
rejects or computes garbage for, a *warning* something that was probably not intended.
"""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.analysis import Analysis, UnknownTop
from protogen.checks._check import Check, checks
from protogen.checks._explanations import explained
from protogen.checks._phases import Phases
from protogen.checks._solver import SolverFile
from protogen.checks._suppressions import Suppressions, matches
from protogen.diagnostics import Diagnostic, Location, Severity, plural
from protogen.display import Displayed
from protogen.edits import parse_path
from protogen.graph import State
from protogen.inference import Inputs
from protogen.modules import module_names
from protogen.net import Net
from protogen.net_files import load, read_bytes
from protogen.rules import Catalogue, registered
from protogen.rules.text import reading_errors
from protogen.text import Document, read

if TYPE_CHECKING:
    from protogen.portability import Verdict
    from protogen.targets import Target

__all__ = ["Report", "Suppressions", "all_checks", "all_rules", "check", "check_solver", "selected"]


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, sorted by code."""
    for name in module_names(__path__):
        importlib.import_module(f"{__name__}.{name}")
    return tuple(checks())


@cache
def all_rules() -> Catalogue:
    """Every rule, sorted by code: those of the checks, and those of the reader and of inference."""
    all_checks()
    return registered()


@dataclass(frozen=True, repr=False)
class Report(Displayed):
    """The findings in a net or solver, in the order of the text.

    ``unchecked`` says, in a sentence for each, what could not be checked and why. ``verdicts`` has
    the verdict of each target that was asked for, by its name.
    """

    diagnostics: list[Diagnostic]
    unchecked: list[str] = field(default_factory=list)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics)

    def __repr__(self) -> str:
        counts = Counter(each.severity for each in self.diagnostics)
        found = []
        # In the order of severities, so that the errors come first.
        for severity in Severity:
            if counts[severity]:
                found.append(plural(counts[severity], severity.value))
        listed = ", ".join(found) or "no findings"
        return f"<report: {listed}>"

    def verdict(self, target: str) -> Verdict:
        """What a target does with the net: *refused*, *fails later*, *computes otherwise*, *runs*,
        *empty* or *no input*.

        Raises `ValueError` if the net was not checked for this target.
        """
        if target not in self.verdicts:
            checked = ", ".join(self.verdicts) or "no target"
            raise ValueError(f'the net was not checked for target "{target}", but for {checked}')
        return self.verdicts[target]


def check(
    net: Any,
    *,
    phases: Collection[str] = (),
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Inputs | None = None,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    notes: bool = False,
    target: str | Collection[str] = (),
) -> Report:
    """Check a net: the findings of inference and of every check.

    ``net`` is a `protogen.Net`, a ``NetParameter`` message, or the path of a prototxt file.
    ``phases`` are TRAIN, TEST or both; by default, those in which the net has data. ``select`` and
    ``ignore`` are codes, beginnings of codes, or names of rules; ``notes`` adds the notes.
    ``target`` is the name of a target, or several: the report then has its verdict, and what the
    target rejects or computes otherwise. Raises `ValueError` for a code that no rule has or for an
    unknown target, `ProtogenError` for a file that cannot be read.
    """
    _check_codes(select=select, ignore=ignore)
    targets = _targets(target)
    net = load(net) if isinstance(net, (str, os.PathLike)) else Net.of(net)
    states = [State(p, level, stages) for p in phases or net.meant_phases(level, stages)]
    # Frozen, the net is not serialized for each finding to see whether somebody has changed it.
    with net.freeze():
        analyses = [net.analysis(state, inputs) for state in states]
        found = _all_findings(Phases(net, net.current.message, analyses))
        judgment = _judge(net, targets, phases, level, stages, inputs)
        found += judgment.diagnostics
        # Finding the places takes time, so it is done for what is reported only.
        wanted = [finding for finding in found if selected(finding, select, ignore, notes)]
        placed = sorted(net.place_all(wanted), key=_position)
        return Report(placed, _unchecked(analyses), judgment.verdicts)


def _targets(given: str | Collection[str]) -> list[Target]:
    """The targets with these names. Raises `ValueError` for an unknown one."""
    if not given:
        return []
    # What other programs do takes a fifth of the time to import what checks a net.
    from protogen.targets import get

    names = [given] if isinstance(given, str) else given
    return [get(name) for name in names]


@dataclass
class _Judgment:
    """What targets do with a net: the verdict of each by its name, and the findings of all."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def _judge(
    net: Net,
    targets: Sequence[Target],
    phases: Collection[str],
    level: int,
    stages: Collection[str],
    inputs: Inputs | None,
) -> _Judgment:
    """What the targets do with a net, and in what they contradict each other."""
    found = _Judgment()
    if not targets:
        return found
    from protogen.portability import conflicts, judge, subject_of

    subject = subject_of(net, phases=phases, level=level, stages=stages, inputs=inputs)
    for target in targets:
        judgment = judge(subject, target)
        found.verdicts[target.name] = judgment.verdict
        found.diagnostics += judgment.diagnostics
    found.diagnostics += conflicts(subject, targets)
    return found


def _unchecked(analyses: Sequence[Analysis]) -> list[str]:
    """What depends on unknown sizes, in a sentence for each blob where they begin.

    There is one sentence for many blobs with the same reason.
    """
    phases: dict[UnknownTop, list[str]] = {}
    for analysis in analyses:
        for top in analysis.unknown_tops:
            phases.setdefault(top, []).append(analysis.phase)
    # A net may have a hundred layers of one type that nobody knows: one sentence for them.
    groups: dict[tuple[str, str], list[UnknownTop]] = {}
    for top, names in phases.items():
        unknown = "unknown"
        if len(names) < len(analyses):
            unknown += f" in {names[0]}"
        if top.reason:
            unknown += f": {top.reason}"
        groups.setdefault((unknown, top.type), []).append(top)
    found = []
    for (unknown, _), tops in groups.items():
        if len(tops) > _MOST_UNCHECKED:
            found.append(_all_unchecked(unknown, tops))
            continue
        for top in tops:
            found.append(_one_unchecked(unknown, top))
    return found


#: More unknown blobs than these with the same reason share a sentence.
_MOST_UNCHECKED = 3


def _one_unchecked(unknown: str, top: UnknownTop) -> str:
    return (
        f"the shape of {top} is {unknown}. What depends on it is not checked; to check it, give"
        f" the shape: {top.option}"
    )


def _all_unchecked(unknown: str, tops: Sequence[UnknownTop]) -> str:
    first = tops[0]
    return (
        f'the shapes of "{first.blob}" and {len(tops) - 1} more tops of {first.type} layers are'
        f" {unknown}. What depends on them is not checked; to check it, give the shapes:"
        f" {first.option} ..."
    )


def check_solver(
    solver: str | os.PathLike[str] | Document,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    notes: bool = False,
) -> Report:
    """Check a solver: its text, and the values that Caffe rejects or that are probably wrong.

    ``solver`` is the path of a file, or a document that was read as a ``SolverParameter``. The nets
    that it names have to exist, but are not checked. Raises `ProtogenError` if the file cannot be
    read, and `ValueError` for a code that no rule has.
    """
    _check_codes(select=select, ignore=ignore)
    if not isinstance(solver, Document):
        solver = read(read_bytes(solver), proto.SolverParameter, os.fspath(solver))
    found = list(solver.diagnostics)
    # A field that could not be read would look as if it were missing.
    if not reading_errors(solver.diagnostics):
        found += _solver_findings(SolverFile(solver))
    wanted = [each for each in found if selected(each, select, ignore, notes)]
    return Report(sorted(wanted, key=_position))


def _solver_findings(file: SolverFile) -> Iterator[Diagnostic]:
    """The findings of the upgrade of a solver, and those of the checks."""
    yield from file.upgraded.diagnostics
    for each in all_checks():
        for finding in each.check_solver(file):
            yield _place(file.document, finding)


def _check_codes(**given: Collection[str]) -> None:
    """Raise for codes that would select or ignore nothing."""
    for name, codes in given.items():
        # Its letters would be taken for codes: "P" selects something, and "102" nothing.
        if isinstance(codes, str):
            raise ValueError(f'{name} must be a list of codes, such as ["{codes}"]')
        all_rules().check_patterns(codes)


def _place(solver: Document, diagnostic: Diagnostic) -> Diagnostic:
    """A finding with the place of its field, or with the file if the field is not written."""
    place = None
    if diagnostic.field:
        place = solver.locate(parse_path(diagnostic.field))
    return replace(diagnostic, location=place or Location(solver.filename))


def _all_findings(phases: Phases) -> list[Diagnostic]:
    """The findings of the text, then those of the checks and of inference."""
    found = list(phases.net.current.findings)
    for each in all_checks():
        found += _of_whole_layers(phases, each.check_net(phases))
    found += _merged(phases)
    return found


def _of_whole_layers(phases: Phases, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings about layers that were read whole: of the others, too little is known."""
    for finding in found:
        if finding.layer_index not in phases.damaged_layers:
            yield finding


def _merged(phases: Phases) -> Iterator[Diagnostic]:
    """The findings of all phases, each once; those of one phase only say which."""
    first: dict[Diagnostic, Diagnostic] = {}
    found_in: dict[Diagnostic, set[str]] = {}
    for analysis in phases.analyses:
        for diagnostic in _phase_findings(phases, analysis):
            # In another phase, sizes may differ, and with them the explanation and the fixes.
            finding = replace(diagnostic, why="", hint="", fix=None)
            first.setdefault(finding, diagnostic)
            found_in.setdefault(finding, set()).add(analysis.phase)
    for finding, diagnostic in first.items():
        in_phases = found_in[finding]
        if len(in_phases) < len(phases.analyses):
            message = f"{diagnostic.message} (in phase {min(in_phases)} only)"
            diagnostic = replace(diagnostic, message=message)
        yield diagnostic


def _phase_findings(phases: Phases, analysis: Analysis) -> Iterator[Diagnostic]:
    yield from explained(phases, analysis)
    for each in all_checks():
        yield from _of_whole_layers(phases, each.check_phase(analysis))


def selected(
    diagnostic: Diagnostic, select: Collection[str], ignore: Collection[str], notes: bool
) -> bool:
    """Whether these options select a finding; ``ignore`` wins over ``select``."""
    if _is_named(diagnostic, ignore):
        return False
    # Who selects a rule by its code wants its notes, too.
    if select:
        return _is_named(diagnostic, select)
    return notes or diagnostic.severity is not Severity.NOTE


def _is_named(diagnostic: Diagnostic, patterns: Collection[str]) -> bool:
    """Whether a finding has one of these codes, prefixes of codes, or names."""
    return any(matches(pattern, diagnostic) for pattern in patterns)


def _position(diagnostic: Diagnostic) -> tuple[str, int, int, int]:
    place = diagnostic.location
    # A net that was composed without a file has only the order of its layers.
    if place is None:
        return "", 0, 0, diagnostic.layer_index
    # Layers that a loop of a program composes have the same line, and keep the order of the net.
    return place.file, place.line, place.column, diagnostic.layer_index
