"""Several targets as the conversion for all of them sees each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from protogen.targets import Rounding, Target, Types

__all__ = ["together"]


def together(targets: Sequence[Target]) -> list[Target]:
    """The targets with only the layer types, and the spellings of rounding down, of all of them."""
    # A single target keeps its aliases, too.
    if len(targets) < 2:
        return list(targets)
    found = []
    for target in targets:
        types = _shared_types(target, targets)
        pooling = _shared_floor(target, targets)
        found.append(replace(target, types=types, pooling=pooling))
    return found


def _shared_types(target: Target, targets: Sequence[Target]) -> Types | None:
    """The layer types that a target shares with the others; those without a list have all."""
    if target.types is None:
        return None
    shared = set(target.known_types)
    for each in targets:
        shared = set(filter(each.has_type, shared))
    return replace(target.types, known=tuple(sorted(shared)), aliases={}, skipped=())


def _shared_floor(target: Target, targets: Sequence[Target]) -> Rounding | None:
    """The rounding of a target, with the spellings that it shares with the others."""
    if target.pooling is None:
        return None
    shared = list(target.pooling.floor)
    for each in targets:
        # A target about whose pooling nothing is known does not restrict the others.
        if each.pooling is not None:
            shared = [name for name in shared if name in each.pooling.floor]
    return replace(target.pooling, floor=tuple(shared))
