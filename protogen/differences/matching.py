"""Which layers of two nets are the same one: by name, and then by what they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from protogen import proto
from protogen.text.differences import equal_pairs, longest_increasing

__all__ = ["ComparedLayer", "match"]

#: How many layers `SequenceMatcher` may compare with how many: its time is quadratic.
_QUADRATIC = 250_000

_Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class ComparedLayer:
    """A layer with its index in the net and its normal form."""

    index: int
    layer: proto.LayerParameter
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
    # The surest sign first: each later one only fills gaps between the pairs of the earlier ones.
    pairs = _by_name(old, new)
    pairs = _fill(pairs, _contents(old), _contents(new))
    pairs = _fill(pairs, _types(old), _types(new))
    return sorted([*pairs, *_sources(pairs, old, new)])


def _contents(layers: Sequence[ComparedLayer]) -> list[bytes]:
    return [each.content for each in layers]


def _types(layers: Sequence[ComparedLayer]) -> list[str]:
    return [each.layer.type for each in layers]


def _by_name(old: Sequence[ComparedLayer], new: Sequence[ComparedLayer]) -> _Pairs:
    """Layers of different phases may have the same name: those with equal content first."""
    candidates: dict[str, list[int]] = defaultdict(list)
    for position, each in enumerate(new):
        candidates[each.layer.name].append(position)
    # Caffe accepts layers without a name, and they are not the same one.
    candidates.pop("", None)
    pairs: _Pairs = []
    for position, each in enumerate(old):
        named = candidates.get(each.layer.name)
        if named:
            other = _most_similar(each, named, new)
            named.remove(other)
            pairs.append((position, other))
    return pairs


def _most_similar(layer: ComparedLayer, positions: list[int], new: Sequence[ComparedLayer]) -> int:
    """The first of these positions with the content of the layer, or else the first."""
    for position in positions:
        if new[position].content == layer.content:
            return position
    return positions[0]


def _fill(pairs: _Pairs, old: Sequence[Any], new: Sequence[Any]) -> _Pairs:
    """The pairs, and more of elements with equal keys that are between the same pairs."""
    # Pairs that cross, as those of a layer that was moved, have no gap between them.
    kept = longest_increasing(pairs)
    taken_old, taken_new = _taken(pairs)
    found = list(pairs)
    start, first = 0, 0
    for end, last in [*kept, (len(old), len(new))]:
        free_old = _free(range(start, end), taken_old)
        free_new = _free(range(first, last), taken_new)
        for a, b in _equal([old[i] for i in free_old], [new[i] for i in free_new]):
            found.append((free_old[a], free_new[b]))
        start, first = end + 1, last + 1
    return sorted(found)


def _taken(pairs: _Pairs) -> tuple[set[int], set[int]]:
    """The positions in both lists that have a partner."""
    taken_old, taken_new = set(), set()
    for a, b in pairs:
        taken_old.add(a)
        taken_new.add(b)
    return taken_old, taken_new


def _free(positions: range, taken: set[int]) -> list[int]:
    return [position for position in positions if position not in taken]


def _equal(old: list[Any], new: list[Any]) -> _Pairs:
    """Pairs of equal elements in the same order."""
    if len(old) * len(new) > _QUADRATIC:
        return equal_pairs(old, new)
    found: _Pairs = []
    # autojunk would ignore keys that are frequent, such as the type ReLU.
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            found.append((block.a + step, block.b + step))
    return found


def _sources(pairs: _Pairs, old: Sequence[ComparedLayer], new: Sequence[ComparedLayer]) -> _Pairs:
    """Data layers of different types that produce the same blob."""
    # As the Data layer of a train_val.prototxt and the Input of its deploy.prototxt do.
    taken_old, taken_new = _taken(pairs)
    produced: dict[str, int] = {}
    for position, blob in _data_blobs(new, taken_new):
        produced.setdefault(blob, position)
    found = []
    for position, blob in _data_blobs(old, taken_old):
        other = produced.pop(blob, None)
        if other is not None:
            found.append((position, other))
    return found


def _data_blobs(layers: Sequence[ComparedLayer], taken: set[int]) -> Iterator[tuple[int, str]]:
    """The positions of data layers without a partner, and their first tops."""
    for position in _free(range(len(layers)), taken):
        layer = layers[position].layer
        if layer.top and not layer.bottom:
            yield position, layer.top[0]
