"""What composing already knows of a layer, so that a walk through the net need not ask again."""

from __future__ import annotations

from typing import NamedTuple

from protogen.schema import Facts, LayerSchema
from protogen.shapes import Shape

__all__ = ["SPECIAL", "Made"]

#: Fields with which a layer does not run in each state alike, or has rules of its own in a net.
SPECIAL = frozenset(["include", "exclude", "loss_weight", "param", "phase", "propagate_down"])


class Made(NamedTuple):
    """A layer with none of the `SPECIAL` fields: what it was asked and what it answered.

    It holds for as long as nobody else has had the message in hands.
    """

    schema: LayerSchema
    bottoms: list[str]
    tops: list[str]
    shapes: tuple[Shape, ...]
    facts: Facts
