"""Which fork's rule applies to a layer whose type forks define differently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

__all__ = ["Dialect", "find_dialect"]


class Dialect(NamedTuple):
    """A fork, named as in ``caffe.proto``, and the field that only this fork has."""

    fork: str
    field: str

    def __str__(self) -> str:
        return f"{self.fork} ({self.field})"


def find_dialect(param: Any, fields: Iterable[tuple[str, Sequence[str]]]) -> Dialect | None:
    """The first fork with a field that only it has in the layer's parameters.

    ``fields`` are the forks with their own fields, the most distinctive first.
    """
    for fork, names in fields:
        for name in names:
            # Even a default that is written says which fork it was written for.
            if param.HasField(name):
                return Dialect(fork, name)
    return None
