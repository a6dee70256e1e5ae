"""The names of layers and blobs: prefixed by scopes, numbered where none is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from protogen.graph import PHASES
from protogen.schema import Fault

__all__ = ["ALL_PHASES", "TRAIN_ONLY", "Names", "phases_of"]

#: Phases as a set of bits, so that a layer may be in one of them or in both.
_BITS = {number: 1 << number for number in PHASES.values()}
ALL_PHASES = sum(_BITS.values())
TRAIN_ONLY = _BITS[PHASES["TRAIN"]]


class Names:
    """The names taken so far, each with the phases in which it is taken, and who reads what."""

    def __init__(self) -> None:
        self.prefix = ""
        self._numbers: defaultdict[str, int] = defaultdict(lambda: 1)
        self.layers: dict[str, int] = {}
        self.tops: dict[str, int] = {}
        #: The phases in which a blob's present value has been read.
        self.read: dict[str, int] = {}

    def unnamed(self, layer_type: str) -> str:
        """``relu1``, ``relu2``, … for the layers of a type and scope that are given no name."""
        stem = self.prefix + layer_type.lower()
        number = self._numbers[stem]
        while True:
            name = f"{stem}{number}"
            if name not in self.layers and name not in self.tops:
                self._numbers[stem] = number  # not yet taken: the layer may fail
                return name
            number += 1

    def take(
        self,
        name: str,
        bottoms: Sequence[str],
        tops: Sequence[str],
        in_place: frozenset[int],
        phases: int,
    ) -> None:
        """Note the names of a layer, and what it reads.

        Raises `Fault` for a name that is taken, and for a blob overwritten while others read it.
        """
        if self.layers.get(name, 0) & phases:
            raise Fault(f'a layer named "{name}" already exists', field="name")
        for index, top in enumerate(tops):
            if index in in_place:
                if self.read.get(top, 0) & phases:
                    raise _overwritten(top)
            elif self.tops.get(top, 0) & phases:
                raise _produced_twice(top)
        self.note(name, bottoms, tops, phases)

    def note(self, name: str, bottoms: Sequence[str], tops: Sequence[str], phases: int) -> None:
        """Note the names of a layer, and what it reads."""
        read = self.read
        self.layers[name] = self.layers.get(name, 0) | phases
        for bottom in bottoms:
            read[bottom] = read.get(bottom, 0) | phases
        for top in tops:
            self.tops[top] = self.tops.get(top, 0) | phases
            read[top] = read.get(top, 0) & ~phases


def phases_of(layer: Any) -> int:
    """The phases in which a layer may run; none (0) where stages or levels decide, too."""
    phases = _named_phases(layer.include) if layer.include else ALL_PHASES
    barred = _named_phases(layer.exclude) if layer.exclude else 0
    if phases is None or barred is None:
        return 0
    return phases & ~barred


def _named_phases(state_rules: Any) -> int | None:
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
        hint="give it a name of its own",
    )
