"""Changes to a net: one kind of `Edit`, for a message (`protogen.field_changes`) and for its
text (`Document.apply`).

All paths in a list of edits name fields as they are before any of the edits, as in the editing
protocol of language servers. So the order of edits does not matter, and deleting layer 3 does not
move the layer 5 that another edit of the same list is about.
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
    "moved_layers",
    "parse_path",
]

#: The way to a field, as in ``("layer", 3, "pooling_param", "pad")``.
Path = tuple[str | int, ...]


class EditError(ValueError):
    """An edit that cannot be made; ``path`` is the field it is about."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{format_path(path)}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to the field at ``path``.

    *set* gives the field ``value``: whatever protobuf's constructor takes for it, so that a message
    may be a dict and an enum value its name. A repeated field without an index is replaced as a
    whole, by a list. Messages on the way that do not exist are created, and so is an element whose
    index is the number of elements. *insert* adds an element before the one at ``path``; an index
    equal to the number of elements appends, and several inserts at one index keep their order.
    *delete* removes a field, all of it if it is repeated, or one element.
    """

    path: Path
    action: Literal["set", "insert", "delete"] = "set"
    value: Any = field(default=None, hash=False)  # a message has no hash


@dataclass(frozen=True, slots=True)
class Fix:
    """What fixes a finding. A *safe* one changes nothing that Caffe computes on purpose."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


def insert(path: Path, value: Any) -> Edit:
    """An edit that inserts an element before the one at ``path``."""
    return Edit(path, "insert", value)


def delete(path: Path) -> Edit:
    """An edit that removes a field or an element."""
    return Edit(path, "delete")


def format_path(path: Path) -> str:
    """``layer[3].pooling_param.pad``."""
    words = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(words).lstrip(".")


def parse_path(text: str) -> Path:
    """``param[1].lr_mult`` as the path ``("param", 1, "lr_mult")``."""
    path: list[str | int] = []
    for word in filter(None, text.split(".")):
        name, *indices = word.replace("]", "").split("[")
        path += [name, *map(int, indices)]
    return tuple(path)


_Kept = TypeVar("_Kept")


def moved_layers(kept: Mapping[int, _Kept], edits: Iterable[Edit]) -> dict[int, _Kept]:
    """What is kept by the indices of layers, by their indices after the edits."""
    inserted: list[int] = []
    deleted: list[int] = []
    for edit in edits:
        if len(edit.path) == 2 and edit.path[0] in ("layer", "layers"):
            index = int(edit.path[1])
            if edit.action == "insert":
                inserted.append(index)
            elif edit.action == "delete":
                deleted.append(index)
    inserted.sort()
    deleted.sort()
    found = {}
    for index, value in kept.items():
        gone = bisect_left(deleted, index)
        if gone == len(deleted) or deleted[gone] != index:
            found[index + bisect_right(inserted, index) - gone] = value
    return found
