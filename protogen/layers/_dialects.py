"""Which fork's rule a layer is taken by: the fields present tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

__all__ = ["Dialect", "told_by"]


class Dialect(NamedTuple):
    """A fork, named as in ``caffe.proto``, and the field that only it has."""

    fork: str
    field: str

    def __str__(self) -> str:
        return f"{self.fork} ({self.field})"


def told_by(param: Any, telling: Iterable[tuple[str, Sequence[str]]]) -> Dialect | None:
    """The first fork of which a telling field is present in the layer's parameters."""
    for fork, fields in telling:
        for field in fields:
            if param.HasField(field):
                return Dialect(fork, field)
    return None
