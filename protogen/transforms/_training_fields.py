"""The fields of a layer that only training reads, as edits that remove them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from protogen.edits import Edit, Path, delete

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
        # The fillers of a DummyData are its data.
        if isinstance(value, Message) and field.name != "dummy_data_param":
            names = list(_idle_fields(layer.type, value, removed))
            yield from _deletions(value, names, (*path, field.name))


def _deletions(param: Any, names: list[str], path: Path) -> Iterator[Edit]:
    """Remove fields of a message, or the message as a whole if nothing would be left in it."""
    if names and len(names) == len(param.ListFields()):
        yield delete(path)
        return
    for name in names:
        yield delete((*path, name))


def _multipliers(layer: Any, path: Path, removed: Counter[str]) -> Iterator[Edit]:
    """Keep only the names of each ``param``, by which layers share blobs."""
    # The params before a shared one stay, because each is for the blob in its place.
    kept = len(layer.param)
    while kept and not layer.param[kept - 1].HasField("name"):
        kept -= 1
    for name in _MULTIPLIERS:
        removed[name] += any(param.HasField(name) for param in layer.param)
    # As one edit, which also removes the brackets of a list.
    if layer.param and not kept:
        yield delete((*path, "param"))
        return
    for index, param in enumerate(layer.param):
        here = (*path, "param", index)
        if index >= kept:
            yield delete(here)
            continue
        for name in _MULTIPLIERS:
            if param.HasField(name):
                yield delete((*here, name))


def _idle_fields(layer_type: str, param: Any, removed: Counter[str]) -> Iterator[str]:
    """The fields of a layer's parameters that only training reads."""
    fillers = []
    for field, _ in param.ListFields():
        message = field.message_type
        if message is not None and message.name == "FillerParameter":
            fillers.append(field.name)
    yield from fillers
    removed["fillers"] += bool(fillers)
    if layer_type != "BatchNorm" or param.DESCRIPTOR.name != "BatchNormParameter":
        return
    # Without the field, Caffe decides by the phase, and a deploy net is run in TEST.
    if param.HasField("use_global_stats") and not param.use_global_stats:
        yield "use_global_stats"
        removed["use_global_stats: false"] += 1
