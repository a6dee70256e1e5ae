"""The names of layers and blobs: scopes before them, numbers behind those not given."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

__all__ = ["Names", "phases_of"]

#: Phases as a set of bits: TRAIN is 1, TEST is 2.
BOTH = 3


class Names:
    """The names taken so far, each with the phases in which it is, and who reads what."""

    def __init__(self) -> None:
        self.prefix = ""
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self.layers: dict[str, int] = {}
        self.tops: dict[str, int] = {}
        #: The phases in which a blob's present value has been read.
        self.read: dict[str, int] = {}

    def unnamed(self, layer_type: str) -> str:
        """``relu1``, ``relu2``, … for the layers of a type and scope that are given no name."""
        stem = self.prefix + layer_type.lower()
        while True:
            self._numbers[stem] += 1
            name = f"{stem}{self._numbers[stem]}"
            if name not in self.layers and name not in self.tops:
                return name


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
