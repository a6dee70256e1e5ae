"""Edits of a window's kernel, stride or pad, in the fields that the layer gives it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.edits import Edit, delete
from protogen.graph import Step

__all__ = ["Pair", "given", "is_darknet_pooling", "window_edits", "written"]

#: Of the height, and of the width.
Pair = tuple[int, int]

_DEFAULTS = {"pad": 0, "stride": 1, "kernel_size": 0}


def given(step: Step, field: str) -> Pair:
    """``pad``, ``stride`` or ``kernel_size`` of a Pooling or Convolution, for height and width."""
    param, _ = _param(step)
    stem = _stem(field)
    if param.HasField(f"{stem}_h") or param.HasField(f"{stem}_w"):
        return getattr(param, f"{stem}_h"), getattr(param, f"{stem}_w")
    values = getattr(param, field)
    if isinstance(values, int):
        return values, values
    values = list(values) or [_DEFAULTS[field]]
    return values[0], values[-1]


def window_edits(step: Step, field: str, pair: Pair) -> tuple[Edit, ...]:
    """Give the field these values: as ``pad`` if they are the same, or ``pad_h`` and ``pad_w``."""
    param, name = _param(step)
    stem = _stem(field)
    two = param.HasField(f"{stem}_h") or param.HasField(f"{stem}_w")
    values = getattr(param, field)
    several = not isinstance(values, int) and len(values) > 1
    if several:
        return tuple(_edit(step, f"{name}.{field}[{i}]", size) for i, size in enumerate(pair))
    if pair[0] == pair[1] and not two:
        repeated = not isinstance(values, int)
        return (_edit(step, f"{name}.{field}", [pair[0]] if repeated else pair[0]),)
    away = () if two or not _has(param, field) else (delete(step.path(f"{name}.{field}")),)
    sides = zip("hw", pair)
    return (*away, *(_edit(step, f"{name}.{stem}_{side}", size) for side, size in sides))


def written(field: str, pair: Pair) -> str:
    """``pad: 1``, or ``pad_h: 1 pad_w: 0``."""
    if pair[0] == pair[1]:
        return f"{field}: {pair[0]}"
    return f"{_stem(field)}_h: {pair[0]} {_stem(field)}_w: {pair[1]}"


def _edit(step: Step, field: str, value: int | list[int]) -> Edit:
    return Edit(step.path(field), "set", value)


def _param(step: Step) -> tuple[Any, str]:
    name = "pooling_param" if step.layer.type == "Pooling" else "convolution_param"
    return getattr(step.layer, name), name


def _stem(field: str) -> str:
    return field.removesuffix("_size")


def _has(param: Any, field: str) -> bool:
    values: int | Sequence[int] = getattr(param, field)
    return param.HasField(field) if isinstance(values, int) else bool(values)


def is_darknet_pooling(step: Step) -> bool:
    """Whether a layer is a pooling that keeps the size of its bottom in Darknet."""
    if step.type != "Pooling" or step.layer.pooling_param.pool != proto.PoolingParameter.MAX:
        return False
    size = given(step, "kernel_size")
    even = size[0] == size[1] and size[0] % 2 == 0 and size[0] > 0
    return even and given(step, "stride") == (1, 1) and given(step, "pad") == (0, 0)
