"""Several targets as the conversion for all of them sees each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from protogen.targets import Rounding, Target, Types

__all__ = ["together"]


def together(targets: Sequence[Target]) -> list[Target]:
    """The targets with only the layer types, and the spellings of rounding down, of all of them."""
    if len(targets) < 2:
        return list(targets)
    return [
        replace(
            target, types=_shared_types(target, targets), pooling=_shared_floor(target, targets)
        )
        for target in targets
    ]


def _shared_types(target: Target, targets: Sequence[Target]) -> Types | None:
    if target.types is None:
        return None
    known = [name for name in sorted(target.known_types) if all(t.has_type(name) for t in targets)]
    return replace(target.types, known=tuple(known), aliases={}, skipped=())


def _shared_floor(target: Target, targets: Sequence[Target]) -> Rounding | None:
    if target.pooling is None:
        return None
    roundings = [each.pooling for each in targets if each.pooling is not None]
    floor = [name for name in target.pooling.floor if all(name in r.floor for r in roundings)]
    return replace(target.pooling, floor=tuple(floor))
