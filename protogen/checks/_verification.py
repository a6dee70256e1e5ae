"""Whether edits keep their promise, as inference sees it: what is proposed has been tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from protogen.analysis import Analysis
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic
from protogen.edits import Edit, EditError, Fix

__all__ = ["applicable", "errors_left", "errors_left_in", "makes_sound"]


def makes_sound(phases: Phases, layer: str, edits: Sequence[Edit]) -> bool:
    """Whether the edits add no error in any phase, and leave none at the layer."""
    for analysis in phases.analyses:
        after = _edited(analysis, edits)
        if after is None or _new_errors(analysis, after):
            return False
        # The error to fix is an old one, which the search for new errors does not find.
        faulty = {name for _, name in after.errors}
        if layer in faulty:
            return False
    return True


def errors_left(
    phases: Phases,
    analysis: Analysis,
    finding: Diagnostic,
    edits: Sequence[Edit],
    *,
    strict: bool = False,
) -> int | None:
    """The number of errors in all phases once the edits have removed a finding of an analysis.

    ``None`` if they do not remove it, or add an error in any phase. See `errors_left_in` for
    ``strict``.
    """
    after = _edited(analysis, edits)
    if after is None:
        return None
    left = errors_left_in(analysis, after, finding, strict=strict)
    if left is None:
        return None
    # The same layers may run in the other phase, for which the edits were not made.
    for other in phases.analyses:
        if other is analysis:
            continue
        after = _edited(other, edits)
        if after is None:
            return None
        if _has_new_error(other, after, finding.layer, strict):
            return None
        left += after.errors.total()
    return left


def errors_left_in(
    before: Analysis, after: Analysis, finding: Diagnostic, *, strict: bool = False
) -> int | None:
    """The number of errors in an analysis, if it lacks a finding of another and has no new error.

    A layer that reads a blob of unknown shape may have an error about sizes that shows only once
    the shape is known. Unless ``strict``, such errors are not new, except at the layer of the
    finding.
    """
    # Not by the message, in which the same error may name other sizes.
    key = (finding.code, finding.layer)
    if after.errors[key] >= before.errors[key]:
        return None
    if _has_new_error(before, after, finding.layer, strict):
        return None
    return after.errors.total()


def applicable(phases: Phases, fix: Fix) -> Fix | None:
    """The fix, unless the net is written in an old format in which its edits cannot be made."""
    # The fix was verified in the upgraded net, which need not have the fields that are written.
    try:
        for edit in fix.edits:
            phases.net.current.edit(edit)
    except EditError:
        return None
    return fix


def _edited(analysis: Analysis, edits: Sequence[Edit]) -> Analysis | None:
    try:
        return analysis.edited(edits)
    except EditError:
        return None


def _has_new_error(before: Analysis, after: Analysis, layer: str, strict: bool) -> bool:
    """Whether edits add an error, not counting one that was only hidden before."""
    uncertain: set[str] = set()
    if not strict:
        uncertain = _with_unknown_bottoms(before) - {layer}
    for code, name in _new_errors(before, after):
        is_about_sizes = code.startswith("S")
        if not is_about_sizes or name not in uncertain:
            return True
    return False


def _new_errors(before: Analysis, after: Analysis) -> Counter[tuple[str, str]]:
    return after.errors - before.errors


def _with_unknown_bottoms(analysis: Analysis) -> set[str]:
    """The names of the layers that read a blob of unknown shape."""
    # If only some sizes of a blob are unknown, what reads it was checked by the others.
    found = set()
    for step in analysis.steps:
        if None in step.bottom_shapes:
            found.add(step.name)
    return found
