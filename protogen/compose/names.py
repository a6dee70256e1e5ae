"""The names of layers and blobs: with the prefix of their scope, and numbered by default."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from protogen import proto
from protogen.graph import PHASES
from protogen.schema import Fault

__all__ = ["ALL_PHASES", "TRAIN_ONLY", "Names", "phases_of"]

#: A set of phases is a number with a bit for each, because `take` compares two of them for each
#: blob of each layer.
_BITS = {number: 1 << number for number in PHASES.values()}
ALL_PHASES = sum(_BITS.values())
TRAIN_ONLY = _BITS[PHASES["TRAIN"]]


class Names:
    """The names that are taken, each with the phases in which it is, and which blobs are read.

    Layers of different phases may have the same names, as the two data layers of a net usually do.
    """

    def __init__(self) -> None:
        #: The names of the scopes around, as in ``res2a/``.
        self.prefix = ""
        #: The last number for each kind of name, and the name with it.
        self._last: dict[str, tuple[int, str]] = {}
        self.layers: dict[str, int] = {}
        self.tops: dict[str, int] = {}
        #: The phases in which a blob has been read since it was last written.
        self.read: dict[str, int] = {}

    def unnamed(self, layer_type: str) -> str:
        """The next of ``relu1``, ``relu2``, … for a layer that is given no name."""
        stem = self.prefix + layer_type.lower()
        number, name = self._last.get(stem) or (1, f"{stem}1")
        while name in self.layers or name in self.tops:
            number += 1
            name = f"{stem}{number}"
        # The layer may still be rejected. The next one is then given the same name.
        self._last[stem] = (number, name)
        return name

    def take(
        self,
        name: str,
        bottoms: Sequence[str],
        tops: Sequence[str],
        in_place: frozenset[int],
        phases: int,
    ) -> None:
        """Take the names of a layer, and record what it reads.

        Raises `Fault` for a name that is taken, and for overwriting a blob that others read.
        """
        if name in self.layers and self.layers[name] & phases:
            raise Fault(f'a layer named "{name}" already exists', field="name")
        # The names of most tops are new.
        if in_place or not self.tops.keys().isdisjoint(tops):
            self._check_rewrites(tops, in_place, phases)
        self.note(name, bottoms, tops, phases)

    def _check_rewrites(self, tops: Sequence[str], in_place: frozenset[int], phases: int) -> None:
        for index, top in enumerate(tops):
            if index in in_place:
                # Another layer in the same phase has read it since it was last written.
                if self.read.get(top, 0) & phases:
                    raise _overwritten(top)
            elif self.tops.get(top, 0) & phases:
                raise _produced_twice(top)

    def note(self, name: str, bottoms: Sequence[str], tops: Sequence[str], phases: int) -> None:
        """Record the names of a layer, and what it reads."""
        read, produced = self.read, self.tops
        self.layers[name] = self.layers.get(name, 0) | phases
        for bottom in bottoms:
            read[bottom] = read.get(bottom, 0) | phases
        # After the bottoms: a layer in place reads the blob that it overwrites.
        for top in tops:
            produced[top] = produced.get(top, 0) | phases
            if top in read:
                read[top] &= ~phases


def phases_of(layer: proto.LayerParameter) -> int:
    """The phases in which a layer may run.

    None (0) if stages or levels decide, too: whether two such layers ever run together is unknown
    here, so their names are not compared. Inference compares them for a given state.
    """
    phases: int | None = ALL_PHASES
    if layer.include:
        phases = _rule_phases(layer.include)
    excluded: int | None = 0
    if layer.exclude:
        excluded = _rule_phases(layer.exclude)
    if phases is None or excluded is None:
        return 0
    return phases & ~excluded


def _rule_phases(state_rules: Iterable[proto.NetStateRule]) -> int | None:
    """The phases that rules name; ``None`` if one of them asks for something else."""
    phases = 0
    for rule in state_rules:
        if [field.name for field, _ in rule.ListFields()] != ["phase"]:
            return None
        phases |= _BITS[rule.phase]
    return phases


def _overwritten(top: str) -> Fault:
    return Fault(
        f'overwrites "{top}" in place, but another layer reads it too',
        rule="in-place-after-split",
        field="top",
        hint="leave out in_place",
    )


def _produced_twice(top: str) -> Fault:
    return Fault(
        f'produces blob "{top}", which an earlier layer produces too',
        rule="duplicate-top",
        field="top",
        hint="give it its own name",
    )
