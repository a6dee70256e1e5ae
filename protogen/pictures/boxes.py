"""What a picture of a net shows: a box for each layer, with those that change its top in place.

A line goes from the box that produces a value to those that read it. Boxes are in the order of the
net, so every line goes to a later box.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from protogen.analysis import Analysis
from protogen.graph import Step, Value
from protogen.poolings import roundings
from protogen.shapes import Shape, format_shape

__all__ = ["Box", "Edge", "Picture", "picture"]


@dataclass(eq=False)
class Box:
    """A layer, and those that overwrite its top in place.

    ``rounds`` is whether it is a Pooling whose size Caffe rounds up. ``number`` counts the boxes.
    """

    number: int
    steps: list[Step]
    rounds: bool = False

    @property
    def name(self) -> str:
        """The name of the layer that is not in place."""
        return self.steps[0].name

    @property
    def is_source(self) -> bool:
        """Whether the layer reads nothing."""
        return not self.steps[0].bottoms

    @property
    def kind(self) -> Hashable:
        """Equal for boxes that show the same: layers of the same types with the same parameters."""
        return tuple([(step.type, step.wiring.parameters) for step in self.steps])


@dataclass(eq=False)
class Edge:
    """A value: the box that produces it, and those that read it."""

    name: str
    shape: Shape
    source: Box
    readers: list[Box]

    @property
    def label(self) -> str:
        """The shape."""
        return format_shape(self.shape)


@dataclass
class Picture:
    """The boxes of a net and the lines between them."""

    analysis: Analysis
    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def picture(analysis: Analysis) -> Picture:
    """What a picture of a net in one phase shows."""
    found = Picture(analysis)
    box_of: dict[Step, Box] = {}
    rounded = {each.layer for each in roundings(analysis)}
    for step in analysis.steps:
        box = _box_below(step, box_of)
        if box is None:
            number = len(found.boxes)
            box = Box(number, [])
            found.boxes.append(box)
        box.steps.append(step)
        # A layer of another phase, or another type, may have the name of the pooling.
        if step.type == "Pooling" and step.name in rounded:
            box.rounds = True
        box_of[step] = box
    # Only now, because a value is read by later layers.
    for step in analysis.steps:
        edges = _edges(step.tops, box_of)
        found.edges.extend(edges)
    return found


def _box_below(step: Step, box_of: dict[Step, Box]) -> Box | None:
    """The box that a layer belongs to because it only changes the top of that box."""
    # A layer with other bottoms is a place where lines meet, also if it overwrites one of them.
    if len(step.tops) != 1 or len(step.bottoms) != 1:
        return None
    if step.in_place != {0}:
        return None
    bottom = step.bottoms[0]
    # One of several tops would have to be named in the box.
    if bottom is None or len(bottom.step.tops) != 1:
        return None
    return box_of[bottom.step]


def _edges(tops: Iterable[Value], box_of: dict[Step, Box]) -> Iterable[Edge]:
    """The lines from a layer, one for each value."""
    for value in tops:
        source = box_of[value.step]
        # Each box once: a layer may read a value twice, and so may those in place.
        boxes = [box_of[reader] for reader in value.readers]
        readers = dict.fromkeys(boxes)
        # What is changed in place stays in its box.
        readers.pop(source, None)
        is_unread = not value.readers
        # A blob that nothing reads is drawn as well, because it is an output of the net.
        if readers or is_unread:
            yield Edge(value.name, value.shape, source, list(readers))
