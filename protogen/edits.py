"""Changes to a net: one kind of `Edit`, for a message and for its text.

`protogen.field_changes` applies edits to a message, and `Document.apply` to a text. All paths in a
list of edits are those before any of the edits, as in the protocol of language servers. So the
order of the edits does not matter, and deleting layer 3 does not renumber layer 5 for the others.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

__all__ = [
    "Edit",
    "EditError",
    "Fix",
    "Path",
    "delete",
    "format_path",
    "insert",
    "layer_changes",
    "moved_layers",
    "parse_path",
]

#: The way to a field, as in ``("layer", 3, "pooling_param", "pad")``.
Path = tuple[str | int, ...]


class EditError(ValueError):
    """An edit that cannot be made; ``path`` is the path of its field."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{format_path(path)}: {message}")
        self.path = path
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.path, self.message)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to the field at ``path``.

    *set* gives the field ``value``, which may be anything that protobuf's constructor accepts: a
    dict for a message, a name for an enum value. A list replaces a repeated field as a whole, if
    the path has no index. Messages on the path that do not exist are created, and so is an element
    whose index is the number of elements. *insert* adds an element before the one at ``path``. An
    index equal to the number of elements appends, and several inserts at one index keep their
    order. *delete* removes an element, or a field with all of its elements.
    """

    path: Path
    action: Literal["set", "insert", "delete"] = "set"
    # A message or a list has no hash; equal edits still have equal hashes without it.
    value: Any = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Fix:
    """What fixes a finding. A *safe* fix changes nothing that Caffe computes on purpose.

    ``splices`` are changes of the text itself, for errors that no path leads to: start, end, and
    the new text.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False
    splices: tuple[tuple[int, int, str], ...] = ()


def insert(path: Path, value: Any) -> Edit:
    """An edit that inserts an element before the one at ``path``."""
    return Edit(path, "insert", value)


def delete(path: Path) -> Edit:
    """An edit that removes a field or an element."""
    return Edit(path, "delete")


def format_path(path: Path) -> str:
    """The path as text: ``layer[3].pooling_param.pad``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}"
    return text.lstrip(".")


def parse_path(text: str) -> Path:
    """``param[1].lr_mult`` as the path ``("param", 1, "lr_mult")``."""
    path: list[str | int] = []
    for word in text.split("."):
        # An empty text is an empty path, and splitting it gives one empty word.
        if not word:
            continue
        name, *indices = word.replace("]", "").split("[")
        path += [name, *map(int, indices)]
    return tuple(path)


def layer_changes(edits: Iterable[Edit]) -> tuple[list[int], list[int]]:
    """Where edits insert layers, and which layers they delete: sorted indices."""
    inserted: list[int] = []
    deleted: list[int] = []
    for edit in edits:
        # A longer path changes a field of a layer, which stays where it is.
        if len(edit.path) != 2 or edit.path[0] not in ("layer", "layers"):
            continue
        index = int(edit.path[1])
        if edit.action == "insert":
            inserted.append(index)
        elif edit.action == "delete":
            deleted.append(index)
    return sorted(inserted), sorted(deleted)


_Kept = TypeVar("_Kept")


def moved_layers(kept: Mapping[int, _Kept], edits: Iterable[Edit]) -> dict[int, _Kept]:
    """What is kept by the indices of layers, by their indices after the edits."""
    inserted, deleted = layer_changes(edits)
    removed = set(deleted)
    found = {}
    for index, value in kept.items():
        if index in removed:
            continue
        # A layer moves back by those inserted before it, and forward by those deleted before it.
        after = index + bisect_right(inserted, index) - bisect_left(deleted, index)
        found[after] = value
    return found
