"""Edits of a window's kernel, stride or pad, in the fields in which the layer states it."""

from __future__ import annotations

from typing import Any

from protogen import proto
from protogen.edits import Edit, delete
from protogen.graph import Step

__all__ = ["Pair", "given", "is_darknet_pooling", "window_edits", "written"]

#: One number for the height, and one for the width.
Pair = tuple[int, int]

_DEFAULTS = {"pad": 0, "stride": 1, "kernel_size": 0}


def given(step: Step, field: str) -> Pair:
    """``pad``, ``stride`` or ``kernel_size`` of a Pooling or Convolution, for height and width."""
    param = getattr(step.layer, _param(step))
    height, width = _sides(field)
    # base_conv_layer.cpp reads the two fields if either is written; the other is a default then.
    if param.HasField(height) or param.HasField(width):
        return getattr(param, height), getattr(param, width)
    values = _values(param, field)
    if not values:
        return _DEFAULTS[field], _DEFAULTS[field]
    # One value is for both sides.
    return values[0], values[-1]


def window_edits(step: Step, field: str, pair: Pair) -> tuple[Edit, ...]:
    """Give the field these values: as ``pad`` if they are equal, or as ``pad_h`` and ``pad_w``."""
    name = _param(step)
    param = getattr(step.layer, name)
    sides = _sides(field)
    values = _values(param, field)
    has_sides = any(map(param.HasField, sides))
    if len(values) > 1:
        # A Convolution may state a number for each axis.
        places = [f"{field}[0]", f"{field}[1]"]
    elif pair[0] != pair[1] or has_sides:
        places = list(sides)
    else:
        repeated = not isinstance(getattr(param, field), int)
        return (Edit(step.path(f"{name}.{field}"), "set", [pair[0]] if repeated else pair[0]),)
    edits = []
    for place, value in zip(places, pair):
        edits.append(Edit(step.path(f"{name}.{place}"), "set", value))
    if len(values) == 1 and not has_sides:
        # Caffe rejects both forms at once.
        edits.append(delete(step.path(f"{name}.{field}")))
    return tuple(edits)


def written(field: str, pair: Pair) -> str:
    """``pad: 1``, or ``pad_h: 1 pad_w: 0``."""
    if pair[0] == pair[1]:
        return f"{field}: {pair[0]}"
    height, width = _sides(field)
    return f"{height}: {pair[0]} {width}: {pair[1]}"


def is_darknet_pooling(step: Step) -> bool:
    """Whether a layer is a pooling that keeps the size of its bottom in Darknet."""
    if step.type != "Pooling":
        return False
    if step.layer.pooling_param.pool != proto.PoolingParameter.MAX:
        return False
    window = given(step, "stride"), given(step, "pad")
    # Darknet pads by itself, on one side only.
    if window != ((1, 1), (0, 0)):
        return False
    height, width = given(step, "kernel_size")
    if height != width or height == 0:
        return False
    # An odd kernel keeps the size with the same pad at both ends, which Caffe has too.
    return height % 2 == 0


def _param(step: Step) -> str:
    if step.type == "Pooling":
        return "pooling_param"
    return "convolution_param"


def _sides(field: str) -> tuple[str, str]:
    """The fields for height and width: ``kernel_h`` and ``kernel_w``."""
    stem = field.removesuffix("_size")
    return f"{stem}_h", f"{stem}_w"


def _values(param: Any, field: str) -> list[int]:
    """The values that are written in a field, which is repeated in a Convolution only."""
    values = getattr(param, field)
    if isinstance(values, int):
        if param.HasField(field):
            return [values]
        return []
    return list(values)
