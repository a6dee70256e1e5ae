"""What composing already knows of a layer, so that a walk through the net need not ask again."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from protogen import layers
from protogen.schema import Facts, Fault, LayerSchema
from protogen.shapes import Shape

__all__ = ["SPECIAL", "Made", "replayed"]

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


def replayed(message: Any) -> list[tuple[Shape, ...]]:
    """The shapes of each layer's tops, as composing the message layer by layer would know them."""
    known: dict[str, Shape] = {}
    found: list[tuple[Shape, ...]] = []
    for layer in message.layer:
        schema, tops = layers.find(layer.type), len(layer.top)
        shapes: tuple[Shape, ...] = (None,) * tops
        if schema is not None:
            with suppress(Fault):
                shapes = schema.infer(layer, tuple(map(known.get, layer.bottom)), tops).tops
        known.update(zip(layer.top, shapes))
        found.append(shapes)
    return found
