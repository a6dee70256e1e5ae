"""The Input layers of a net, in the form that a target reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from protogen.edits import Edit, delete, insert
from protogen.portability.dialect.new_names import NewNames

if TYPE_CHECKING:
    from protogen.proto import LayerParameter, NetParameter

__all__ = ["input_field_edits", "single_input_edits"]


def input_field_edits(message: NetParameter) -> Iterator[Edit]:
    """Edits that write the tops of Input layers as ``input`` and ``input_shape`` fields."""
    number = 0
    for index, layer in enumerate(message.layer):
        if layer.type != "Input":
            continue
        # Both in the same order, by which Caffe finds the shape of each.
        for top, dims in _shapes(layer):
            yield insert(("input", number), top)
            yield insert(("input_shape", number), {"dim": dims})
            number += 1
        yield delete(("layer", index))


def single_input_edits(message: NetParameter) -> Iterator[Edit]:
    """Edits that give each top its own Input layer; the first one keeps the name."""
    names = NewNames(message)
    for index, layer in enumerate(message.layer):
        if layer.type != "Input" or len(layer.top) < 2:
            continue
        for position, (top, dims) in enumerate(_shapes(layer)):
            # The first one keeps the name of the layer.
            name = names.layer(top) if position else layer.name
            fields: dict[str, Any] = {
                "name": name,
                "type": "Input",
                "top": [top],
                "input_param": {"shape": [{"dim": dims}]},
            }
            yield insert(("layer", index), fields)
        yield delete(("layer", index))


def _shapes(layer: LayerParameter) -> Iterator[tuple[str, list[int]]]:
    """Each top of an Input layer with its sizes. One shape may stand for all tops."""
    shapes = [list(shape.dim) for shape in layer.input_param.shape] or [[]]
    last = len(shapes) - 1
    for position, top in enumerate(layer.top):
        yield top, shapes[min(position, last)]
