"""The names of layers and blobs: scopes before them, numbers behind those not given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from protogen.schema import Fault

__all__ = ["Names", "phases_of"]

#: Phases as a set of bits: TRAIN is 1, TEST is 2.
BOTH = 3


class Names:
    """The names taken so far, each with the phases in which it is, and who reads what."""

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
        """Note a layer's names; raise `Fault` for one taken, or overwritten while others read."""
        taken, read = self.tops, self.read
        if self.layers.get(name, 0) & phases:
            raise Fault(f'there is a layer "{name}" already', field="name")
        for index, top in enumerate(tops):
            if index in in_place:
                if read.get(top, 0) & phases:
                    raise _overwritten(top)
            elif taken.get(top, 0) & phases:
                raise _made_twice(top)
        self.layers[name] = self.layers.get(name, 0) | phases
        for bottom in bottoms:
            read[bottom] = read.get(bottom, 0) | phases
        for top in tops:
            taken[top] = taken.get(top, 0) | phases
            read[top] = read.get(top, 0) & ~phases


def phases_of(layer: Any) -> int:
    """The phases in which a layer may run; none (0) where stages or levels decide, too."""
    phases = _named(layer.include) if layer.include else BOTH
    barred = _named(layer.exclude) if layer.exclude else 0
    return 0 if phases is None or barred is None else phases & ~barred


def _named(rules: Any) -> int | None:
    phases = 0
    for rule in rules:
        if [field.name for field, _ in rule.ListFields()] != ["phase"]:
            return None
        phases |= 1 << rule.phase
    return phases


def _overwritten(top: str) -> Fault:
    return Fault(
        f'overwrites "{top}" in place, but another layer reads it too',
        rule="in-place-after-split",
        field="top",
        hint="leave out in_place",
    )


def _made_twice(top: str) -> Fault:
    return Fault(
        f'makes "{top}", which a layer before it makes already',
        rule="duplicate-top",
        field="top",
        hint="give it a name of its own",
    )
