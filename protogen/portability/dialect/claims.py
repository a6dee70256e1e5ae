"""The words in which a finding says what `protogen convert` does about it."""

from __future__ import annotations

__all__ = ["ONE_PHASE", "claimed"]

#: What to do about layers of two phases that are in each other's way.
ONE_PHASE = "keep the layers of one phase only"


def claimed(instruction: str) -> str:
    """An instruction that `protogen convert` follows."""
    return f"{instruction}; protogen convert does that"
