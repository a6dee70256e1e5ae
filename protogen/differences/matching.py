"""Which layers of two nets are the same one: by name, and then by what they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from protogen.text.differences import equal_pairs, longest_increasing

__all__ = ["ComparedLayer", "match"]

#: How many layers `SequenceMatcher` may compare with how many: its time is quadratic.
_QUADRATIC = 250_000

_Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class ComparedLayer:
    """A layer with its index in the net and its normal form."""

    index: int
    layer: Any
    normal: Any

    @property
    def content(self) -> bytes:
        """The normal form as something to compare and look up by."""
        data: bytes = self.normal.SerializePartialToString(deterministic=True)
        return data


def match(old: Sequence[ComparedLayer], new: Sequence[ComparedLayer]) -> _Pairs:
    """Pairs of positions in the two lists, in the order of the old one.

    Layers with the same name belong together. Of the others those do that have the same content in
    the same order, then those of the same type in the same order, and at last data layers that
    produce the same blob.
    """
    named = _by_name(old, new)
    pairs = _fill(named, [each.content for each in old], [each.content for each in new])
    pairs = _fill(pairs, [each.layer.type for each in old], [each.layer.type for each in new])
    return sorted([*pairs, *_sources(pairs, old, new)])


def _by_name(old: Sequence[ComparedLayer], new: Sequence[ComparedLayer]) -> _Pairs:
    """Layers of different phases may have the same name: those with equal content first."""
    candidates: dict[str, list[int]] = defaultdict(list)
    for position, each in enumerate(new):
        candidates[each.layer.name].append(position)
    pairs: _Pairs = []
    for position, each in enumerate(old):
        named = candidates.get(each.layer.name)
        if named and each.layer.name:
            equal = [other for other in named if new[other].content == each.content]
            other = equal[0] if equal else named[0]
            named.remove(other)
            pairs.append((position, other))
    return pairs


def _fill(pairs: _Pairs, old: Sequence[Any], new: Sequence[Any]) -> _Pairs:
    """The pairs, and more of elements with equal keys that are between the same pairs."""
    kept = longest_increasing(pairs)
    taken_old, taken_new = {a for a, _ in pairs}, {b for _, b in pairs}
    found = list(pairs)
    start, first = 0, 0
    for end, last in [*kept, (len(old), len(new))]:
        free_old = [a for a in range(start, end) if a not in taken_old]
        free_new = [b for b in range(first, last) if b not in taken_new]
        inside = _equal([old[a] for a in free_old], [new[b] for b in free_new])
        found += [(free_old[a], free_new[b]) for a, b in inside]
        start, first = end + 1, last + 1
    return sorted(found)


def _equal(old: list[Any], new: list[Any]) -> _Pairs:
    if len(old) * len(new) > _QUADRATIC:
        return equal_pairs(old, new)
    found: _Pairs = []
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        found += [(block.a + step, block.b + step) for step in range(block.size)]
    return found


def _sources(pairs: _Pairs, old: Sequence[ComparedLayer], new: Sequence[ComparedLayer]) -> _Pairs:
    """Data layers of different types that produce the same blob."""
    taken_old, taken_new = {a for a, _ in pairs}, {b for _, b in pairs}
    produced: dict[str, int] = {}
    for position, each in enumerate(new):
        if position not in taken_new and _is_source(each.layer):
            produced.setdefault(each.layer.top[0], position)
    found = []
    for position, each in enumerate(old):
        if position not in taken_old and _is_source(each.layer):
            other = produced.pop(each.layer.top[0], None)
            if other is not None:
                found.append((position, other))
    return found


def _is_source(layer: Any) -> bool:
    return bool(layer.top and not layer.bottom)
