"""The proposed repairs of joins whose bottoms disagree, applied."""

from __future__ import annotations

from protogen.checks import check
from protogen.diagnostics import Diagnostic
from protogen.graph import State
from protogen.net import Net
from protogen.transforms._transform import Origins, Result, Transform, check_text, origins_after

__all__ = ["Repair"]

#: The rules whose findings propose repairs.
_RULES = ("bottom-shape-mismatch", "shared-param-mismatch")


class Repair(Transform):
    """Apply the first repair that `protogen.check` proposes for each join that disagrees.

    A repair may change what the net computes, and the shapes of blobs: each was verified to remove
    its own finding and to add none.
    """

    requires = "a text without errors"
    ensures = "fewer mismatches, no new error"

    def check(self, net: Net) -> None:
        check_text(net)

    def run(self, net: Net) -> Result:
        origins: Origins = tuple(range(len(net.current.message.layer)))
        result = Result(net, False, [], origins)
        while True:
            finding = _first_repairable(result.net)
            if finding is None or finding.fix is None:
                return result
            repaired = result.net.copy()
            repaired.apply_fix(finding.fix)
            added = origins_after(len(result.origins), finding.fix.edits)
            result = Result(
                repaired,
                True,
                [*result.diagnostics, finding],
                tuple(None if old is None else result.origins[old] for old in added),
                result.changed | _changed(result.net, repaired),
            )


def _first_repairable(net: Net) -> Diagnostic | None:
    found = check(net, select=_RULES).diagnostics
    return next((each for each in found if each.fix is not None), None)


def _changed(before: Net, after: Net) -> frozenset[str]:
    """The blobs whose shape differs, in any phase."""
    changed = set()
    for phase in before.meant_phases():
        now = after.analysis(State(phase)).blobs
        for name, shape in before.analysis(State(phase)).blobs.items():
            if now.get(name) != shape:
                changed.add(name)
    return frozenset(changed)
