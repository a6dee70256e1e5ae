"""The safe fixes of a net's findings, applied: nothing else in its text changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from protogen.checks import check
from protogen.diagnostics import Diagnostic, ProtogenError, Severity
from protogen.edits import Fix, Path
from protogen.net import Net
from protogen.rules.text import reading_errors
from protogen.transforms._transform import Origins, Result, Transform, origins_after

__all__ = ["SafeFixes", "is_applicable", "is_writable"]

#: Finds all that is wrong with a net, whatever was asked for.
Examine = Callable[[Net], list[Diagnostic]]
#: Picks those of a net's findings that may be fixed.
Choose = Callable[[Net, list[Diagnostic]], list[Diagnostic]]

#: A change of the text: start, end, and the new text.
Splice = tuple[int, int, str]

#: Each round must fix something, so this ends; it is for checks that undo each other's fixes.
_ROUNDS = 50


class SafeFixes(Transform):
    """Apply the safe fixes of a net's findings, round by round, until there are none.

    ``examine`` finds all that is wrong with a net, by default every check and note; ``choose``
    picks the findings that may be fixed, by default all. A fix that brings a new error is left
    out. ``Result.diagnostics`` are the findings that were fixed.
    """

    requires = "any net; one that is not writable stays as it is"
    ensures = "no new error; every blob that stays keeps its shape, unless a fix changes it"

    def __init__(self, examine: Examine | None = None, choose: Choose | None = None) -> None:
        self._examine = examine or _every_finding
        self._choose = choose or _all_of_them

    def run(self, net: Net) -> Result:
        origins: Origins = tuple(range(len(net.current.message.layer)))
        result = Result(net, False, [], origins)
        refused: set[tuple[str, str, str]] = set()
        found = self._examine(net)
        rounds = 0
        while rounds < _ROUNDS:
            fixable = self._fixable(result.net, found)
            todo = _disjoint(each for each in fixable if _key(each) not in refused)
            if not todo:
                break
            tried = self._try(result, found, todo, refused)
            if tried is not None:
                result, found = tried
                rounds += 1
        return result

    def _fixable(self, net: Net, found: list[Diagnostic]) -> list[Diagnostic]:
        """The findings to fix next: those about the text first, because they hide others."""
        fixable = [each for each in self._choose(net, found) if each.fixable]
        of_text = [each for each in fixable if each.fix and each.fix.splices]
        if of_text or not is_writable(net):
            return of_text
        return fixable

    def verify(self, before: Net, result: Result) -> None:
        """Nothing to do: each round was compared with the one before it."""

    def _try(
        self,
        result: Result,
        found: list[Diagnostic],
        todo: list[Diagnostic],
        refused: set[tuple[str, str, str]],
    ) -> tuple[Result, list[Diagnostic]] | None:
        """The net with these fixes or, where they do harm, with the first half of them that does
        none; a fix that does harm by itself is refused. Half by half, a bad fix among n costs the
        logarithm of n tries.
        """
        while True:
            after = self._fixed(result, found, todo)
            if after is not None:
                return after
            if len(todo) == 1:
                refused.add(_key(todo[0]))
                return None
            todo = todo[: len(todo) // 2]

    def _fixed(
        self, result: Result, found: list[Diagnostic], todo: list[Diagnostic]
    ) -> tuple[Result, list[Diagnostic]] | None:
        """The net with these fixes and its findings; ``None`` if one cannot be made, or if they
        bring a new error."""
        fixes = [each.fix for each in todo if each.fix]
        edits = [edit for fix in fixes for edit in fix.edits]
        splices = [splice for fix in fixes for splice in fix.splices]
        net = result.net.copy()
        try:
            net.apply_fix(Fix("", tuple(edits), splices=tuple(splices)))
        except ProtogenError:
            return None
        now = self._examine(net)
        if splices:
            # What the text hid comes to light, so that only these findings can be compared.
            if not set(map(_key, todo)).isdisjoint(map(_key, now)):
                return None
            origins = _origins_of_text(result, net)
        else:
            if _errors(now) - _errors(found):
                return None
            added = origins_after(len(result.origins), edits)
            origins = tuple(None if old is None else result.origins[old] for old in added)
        return Result(net, True, [*result.diagnostics, *todo], origins), now


def _origins_of_text(result: Result, net: Net) -> Origins:
    """The origins after a change of the text, which may be the first that Caffe can read."""
    number = len(net.current.message.layer)
    return result.origins if number == len(result.origins) else (None,) * number


def is_applicable(net: Net, fix: Fix) -> bool:
    """Whether a fix can be written into the net."""
    return bool(fix.splices) or is_writable(net)


def is_writable(net: Net) -> bool:
    """Whether edits can be written into the net: its text was read whole, and is not V0.

    V0 has its fields elsewhere; such a net is to be upgraded first.
    """
    document = net.document
    if document is None:
        return True
    if reading_errors(document.diagnostics):
        return False
    return not any(layer.HasField("layer") for layer in net.to_proto().layers)


def _every_finding(net: Net) -> list[Diagnostic]:
    return check(net, notes=True).diagnostics


def _all_of_them(net: Net, found: list[Diagnostic]) -> list[Diagnostic]:
    return found


def _key(finding: Diagnostic) -> tuple[str, str, str]:
    return finding.code, finding.layer, finding.fix.title if finding.fix else ""


def _errors(found: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    """The errors; their words may change with the sizes that they name."""
    return Counter((e.code, e.layer) for e in found if e.severity is Severity.ERROR)


def _disjoint(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings whose fixes touch different fields; the others wait for the next round."""
    chosen: list[Diagnostic] = []
    changed: set[Path] = set()
    inside: set[Path] = set()  # what some change lies in
    taken: list[tuple[int, int, str]] = []
    for each in found:
        splices = each.fix.splices if each.fix else ()
        if splices and _touch(splices, taken):
            continue
        taken += splices
        paths = [edit.path for edit in each.fix.edits] if each.fix else []
        around = {path[:length] for path in paths for length in range(1, len(path) + 1)}
        if inside.isdisjoint(paths) and changed.isdisjoint(around):
            chosen.append(each)
            changed.update(paths)
            inside.update(around)
    return chosen


def _touch(splices: Iterable[Splice], others: Iterable[Splice]) -> bool:
    """Whether changes of the text overlap others, or are at the same place."""
    ordered = sorted([*((s[0], s[1], 0) for s in splices), *((s[0], s[1], 1) for s in others)])
    end, owner = -1, -1
    for start, stop, which in ordered:
        if which != owner and start <= end:
            return True
        if stop >= end:
            end, owner = stop, which
    return False
