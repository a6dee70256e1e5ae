"""The fields of a layer that only training reads, as edits that remove them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from protogen.edits import Edit, Path, delete
from protogen.proto.fields import is_repeated

__all__ = ["training_fields"]

#: Fields of a layer that say when it runs and how it is trained.
_LAYER_FIELDS = ("exclude", "include", "loss_weight", "phase", "propagate_down")

#: Fields of a ``param`` that say how fast a blob learns.
_MULTIPLIERS = ("lr_mult", "decay_mult")


def training_fields(layer: Any, index: int, removed: Counter[str]) -> Iterator[Edit]:
    """Remove phase rules, multipliers, fillers and ``use_global_stats: false`` from a layer.

    ``removed`` counts the layers with each kind of field. Names of shared parameters stay.
    """
    path: Path = ("layer", index)
    for field, _ in layer.ListFields():
        if field.name in _LAYER_FIELDS:
            yield delete((*path, field.name))
            removed[field.name] += 1
    yield from _multipliers(layer, path, removed)
    for field, value in layer.ListFields():
        if field.message_type is None or is_repeated(field) or field.name == "dummy_data_param":
            continue
        names = list(_idle_fields(layer.type, value, removed))
        if names and len(names) == len(value.ListFields()):
            # Nothing would be left in the message.
            yield delete((*path, field.name))
            continue
        for name in names:
            yield delete((*path, field.name, name))


def _multipliers(layer: Any, path: Path, removed: Counter[str]) -> Iterator[Edit]:
    """Keep only the names of each ``param``, by which layers share blobs."""
    shared = [index for index, param in enumerate(layer.param) if param.HasField("name")]
    # The params before a shared one stay, because each is for the blob in its place.
    kept = max(shared, default=-1) + 1
    for name in _MULTIPLIERS:
        removed[name] += any(param.HasField(name) for param in layer.param)
    if layer.param and not kept:
        yield delete((*path, "param"))
        return
    for index, param in enumerate(layer.param):
        if index >= kept:
            yield delete((*path, "param", index))
            continue
        for name in _MULTIPLIERS:
            if param.HasField(name):
                yield delete((*path, "param", index, name))


def _idle_fields(layer_type: str, param: Any, removed: Counter[str]) -> Iterator[str]:
    """The fields of a layer's parameters that only training reads."""
    fillers = [
        field.name
        for field, _ in param.ListFields()
        if field.message_type is not None and field.message_type.name == "FillerParameter"
    ]
    removed["fillers"] += bool(fillers)
    yield from fillers
    if layer_type != "BatchNorm" or param.DESCRIPTOR.name != "BatchNormParameter":
        return
    if param.HasField("use_global_stats") and not param.use_global_stats:
        yield "use_global_stats"
        removed["use_global_stats: false"] += 1
