"""Apply the proposed repairs of layers whose bottoms do not fit together."""

from __future__ import annotations

from protogen.checks import check
from protogen.diagnostics import Diagnostic
from protogen.graph import State
from protogen.net import Net
from protogen.transforms._transform import (
    Result,
    Transform,
    check_text,
    compose_origins,
    origins_after,
)

__all__ = ["Repair"]

#: The rules whose findings propose repairs.
_RULES = ("bottom-shape-mismatch", "shared-param-mismatch")


class Repair(Transform):
    """Apply the first repair that `protogen.check` proposes for each mismatch of shapes.

    A repair may change what the net computes, and the shapes of blobs. `protogen.check` has
    verified that each removes its own finding and adds none.
    """

    requires = "a text without errors"
    ensures = "fewer mismatches, no new error"

    def check(self, net: Net) -> None:
        check_text(net)

    def run(self, net: Net) -> Result:
        result = Result.unmodified(net)
        # One at a time: a repair may resolve further mismatches, or change what another one needs.
        # Each removes a finding and adds none, so this ends.
        while True:
            finding = _first_repairable(result.net)
            if finding is None or finding.fix is None:
                return result
            repaired = result.net.copy()
            repaired.apply_fix(finding.fix)
            origins = origins_after(len(result.origins), finding.fix.edits)
            result = Result(
                repaired,
                True,
                [*result.diagnostics, finding],
                compose_origins(result.origins, origins),
                result.changed | _changed_blobs(result.net, repaired),
            )


def _first_repairable(net: Net) -> Diagnostic | None:
    for finding in check(net, select=_RULES).diagnostics:
        if finding.fix is not None:
            return finding
    return None


def _changed_blobs(before: Net, after: Net) -> frozenset[str]:
    """The blobs whose shape differs, in any phase."""
    changed = set()
    # A blob that is gone counts, too: what read it reads another one.
    for phase in before.meant_phases():
        now = after.analysis(State(phase)).blobs
        for name, shape in before.analysis(State(phase)).blobs.items():
            if now.get(name) != shape:
                changed.add(name)
    return frozenset(changed)
