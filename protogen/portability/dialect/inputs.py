"""How a target takes the inputs of a net."""

from __future__ import annotations

from protogen.targets import Target

__all__ = ["takes_single_inputs"]


def takes_single_inputs(target: Target) -> bool:
    """Whether an Input layer of the target has one top only."""
    for limit in target.limits:
        if limit.value == "tops" and "Input" in limit.types and limit.most == 1:
            return True
    return False
