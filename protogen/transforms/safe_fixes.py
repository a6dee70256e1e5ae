"""Apply the safe fixes of a net's findings, and change nothing else in its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from protogen.checks import check
from protogen.diagnostics import Diagnostic, ProtogenError, Severity
from protogen.edits import Edit, Fix, Path
from protogen.net import Net
from protogen.rules.text import reading_errors
from protogen.transforms._transform import (
    Result,
    Transform,
    compose_origins,
    known_origins,
    origins_after,
)

__all__ = ["SafeFixes", "applicable_fixes", "is_writable"]

#: Returns all findings of a net, also those that the user did not ask for.
Examine = Callable[[Net], list[Diagnostic]]
#: Returns those of a net's findings that may be fixed.
Choose = Callable[[Net, list[Diagnostic]], list[Diagnostic]]

#: What identifies a finding from one round to the next: its code, layer and fix.
_Key = tuple[str, str, str]

#: A change of the text: start, end, and the new text.
Splice = tuple[int, int, str]

#: The limit for two checks that undo each other's fixes. Otherwise each round leaves fewer fixes.
_ROUNDS = 50


class SafeFixes(Transform):
    """Apply the safe fixes of a net's findings, round by round, until there are none.

    ``examine`` returns the findings of a net, by default those of all checks with notes. ``choose``
    returns those that may be fixed, by default all. A fix that causes a new error is left out.
    ``Result.diagnostics`` are the findings that were fixed.
    """

    requires = "any net; a read-only net is not changed"
    ensures = "no new error; every blob that stays keeps its shape, unless a fix changes it"

    def __init__(self, examine: Examine | None = None, choose: Choose | None = None) -> None:
        self._examine = examine or _every_finding
        self._choose = choose or _all_of_them

    def run(self, net: Net) -> Result:
        result = Result.unmodified(net)
        rejected: set[_Key] = set()
        # The net for which the fixes in `rejected` do harm. Another fix may change that.
        judged = net
        found = self._examine(net)
        rounds = 0
        while rounds < _ROUNDS:
            fixable = self._fixable(result.net, found, rejected)
            if not fixable:
                if not rejected or judged is result.net:
                    break
                rejected.clear()
                judged = result.net
                continue
            fixed = self._fix_most(result, found, _disjoint(fixable), rejected)
            if fixed is not None:
                result, found = fixed
                rounds += 1
        return result

    def _fixable(self, net: Net, found: list[Diagnostic], rejected: set[_Key]) -> list[Diagnostic]:
        """The findings to fix next: those about the text first, because they hide others."""
        about_text: list[Diagnostic] = []
        about_fields: list[Diagnostic] = []
        for finding in self._choose(net, found):
            fix = finding.fix
            if fix is None or not fix.safe or _key(finding) in rejected:
                continue
            if fix.splices:
                about_text.append(finding)
            else:
                about_fields.append(finding)
        if about_text:
            return about_text
        if is_writable(net):
            return about_fields
        return []

    def verify(self, before: Net, result: Result) -> None:
        """Nothing to do: each round was compared with the one before it."""

    def _fix_most(
        self,
        result: Result,
        found: list[Diagnostic],
        fixable: list[Diagnostic],
        rejected: set[_Key],
    ) -> tuple[Result, list[Diagnostic]] | None:
        """Apply these fixes or, if together they do harm, the first half of them, and so on.

        A fix that does harm alone is added to ``rejected``. Halving finds one bad fix among n in
        log2(n) attempts, each of which examines the whole net.
        """
        while True:
            fixed = self._fix(result, found, fixable)
            if fixed is not None:
                return fixed
            if len(fixable) == 1:
                rejected.add(_key(fixable[0]))
                return None
            fixable = fixable[: len(fixable) // 2]

    def _fix(
        self, result: Result, found: list[Diagnostic], fixable: list[Diagnostic]
    ) -> tuple[Result, list[Diagnostic]] | None:
        """The net with these fixes, and its findings.

        ``None`` if an edit cannot be made, or if the net then has a new error.
        """
        fix = _joined(fixable)
        # A copy, because a fix that does harm is given up.
        net = result.net.copy()
        try:
            net.apply_fix(fix)
        except ProtogenError:
            return None
        now = self._examine(net)
        if fix.splices:
            # A text that can be read has findings that were hidden before. So not all errors are
            # compared; the findings themselves must disappear.
            remaining = set(map(_key, now))
            if not remaining.isdisjoint(map(_key, fixable)):
                return None
            # Before the fix, Caffe may not have been able to read the text at all.
            number = len(net.current.message.layer)
            origins = known_origins(result.origins, len(result.origins), number)
        else:
            if _errors(now) - _errors(found):
                return None
            origins = origins_after(len(result.origins), fix.edits)
            origins = compose_origins(result.origins, origins)
        return Result(net, True, [*result.diagnostics, *fixable], origins), now


def _joined(findings: Iterable[Diagnostic]) -> Fix:
    """One fix with the changes of the fixes of all findings."""
    edits: list[Edit] = []
    splices: list[Splice] = []
    for finding in findings:
        if finding.fix is not None:
            edits += finding.fix.edits
            splices += finding.fix.splices
    return Fix("", tuple(edits), splices=tuple(splices))


def applicable_fixes(net: Net, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings, without those fixes that cannot be written into the net."""
    writable = is_writable(net)
    found = []
    for finding in findings:
        fix = finding.fix
        is_about_fields = fix is not None and not fix.splices
        if is_about_fields and not writable:
            finding = replace(finding, fix=None)
        found.append(finding)
    return found


def is_writable(net: Net) -> bool:
    """Whether edits can be made in the text of the net: it was read completely, and is not V0.

    In V0 the fields have other places, so such a net must be upgraded first.
    """
    document = net.document
    if document is None:
        return True
    if reading_errors(document.diagnostics):
        return False
    # Only a layer of V0 contains a layer.
    return not any(layer.HasField("layer") for layer in net.to_proto().layers)


def _every_finding(net: Net) -> list[Diagnostic]:
    return check(net, notes=True).diagnostics


def _all_of_them(net: Net, found: list[Diagnostic]) -> list[Diagnostic]:
    return found


def _key(finding: Diagnostic) -> _Key:
    # Not its message, which may name sizes that another fix changes.
    title = ""
    if finding.fix is not None:
        title = finding.fix.title
    return finding.code, finding.layer, title


def _errors(found: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    """The errors by code and layer; their messages may change with the sizes that they name."""
    counts: Counter[tuple[str, str]] = Counter()
    for finding in found:
        if finding.severity is Severity.ERROR:
            counts[finding.code, finding.layer] += 1
    return counts


def _disjoint(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings whose fixes change different fields; the others wait for the next round."""
    chosen: list[Diagnostic] = []
    changed: set[Path] = set()
    # All messages around a changed field, each by its path: what a fix must not replace as a whole.
    around: set[Path] = set()
    replaced: list[Splice] = []
    for finding in found:
        fix = finding.fix
        if fix is None or _touch(fix.splices, replaced):
            continue
        replaced += fix.splices
        paths = {edit.path for edit in fix.edits}
        prefixes = set().union(*map(_prefixes, paths))
        if around.isdisjoint(paths) and changed.isdisjoint(prefixes):
            chosen.append(finding)
            changed |= paths
            around |= prefixes
    return chosen


def _prefixes(path: Path) -> set[Path]:
    """The paths of the messages around a field, and its own."""
    return {path[:length] for length in range(1, len(path) + 1)}


def _touch(splices: Iterable[Splice], others: Iterable[Splice]) -> bool:
    """Whether changes of the text overlap others, or are at the same place."""
    ordered = [(start, end, 0) for start, end, _ in splices]
    ordered += [(start, end, 1) for start, end, _ in others]
    ordered.sort()
    # The change that reaches furthest so far, and whether it is one of the others.
    reached, owner = -1, -1
    for start, end, which in ordered:
        if which != owner and start <= reached:
            return True
        if end >= reached:
            reached, owner = end, which
    return False
