"""A net in Caffe's current format, and where its layers are in the net as written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from protogen.diagnostics import Diagnostic
from protogen.edits import Edit, EditError, Path
from protogen.text import Document
from protogen.text.upgrade import needs_upgrade, upgrade_net

__all__ = ["Current", "upgraded"]


@dataclass(frozen=True)
class Current:
    """A net as Caffe sees it once it has upgraded it to the current format.

    All layer indices of analyses, findings and fixes are those of ``message`` here; `path` says
    where that is in the net as written. ``findings`` are those of the text and of the upgrade.
    """

    message: Any
    findings: Sequence[Diagnostic]
    kind: str = "layer"
    origins: tuple[int | None, ...] | None = None

    def path(self, layer_index: int, field: Path = ()) -> Path:
        """Where a layer of ``message``, or a field of it, is in the net as written."""
        index = self._origin(layer_index)
        # Caffe makes an Input layer of the net's `input` fields.
        if index is None:
            return ("input",)
        return (self.kind, index, *field)

    def _origin(self, layer_index: int) -> int | None:
        """The index of a layer in the net as written; ``None`` if it is not written as one."""
        if self.origins is None:
            return layer_index
        if layer_index >= len(self.origins):
            return None
        return self.origins[layer_index]

    def edit(self, edit: Edit) -> Edit:
        """An edit of ``message`` as an edit of the net as written."""
        if len(edit.path) < 2 or edit.path[0] != "layer":
            return edit
        _, index, *field = edit.path
        if not isinstance(index, int):
            return edit
        if edit.action == "insert" and not field:
            return replace(edit, path=self._insertion(edit, index))
        path = self.path(index, tuple(field))
        if path == ("input",):
            # Of Caffe's Input layer only the tops are written: they are the values of `input`.
            if field[:1] != ["top"]:
                raise EditError(edit.path, "is not written as a layer, but as fields of the net")
            path = ("input", *field[1:])
        return replace(edit, path=path)

    def _insertion(self, edit: Edit, index: int) -> Path:
        """Where to write a layer that is inserted before a layer of ``message``."""
        if self.kind != "layer":
            raise EditError(edit.path, "cannot insert a layer into a net of an old format")
        if self.origins is None:
            return edit.path
        # Caffe's Input layer for the `input` fields has no origin. It comes before all others.
        for origin in self.origins[index:]:
            if origin is not None:
                return (self.kind, origin)
        # After the last layer: its index is the number of layers as written.
        without_origin = self.origins.count(None)
        return (self.kind, len(self.origins) - without_origin)


def upgraded(message: Any, document: Document | None) -> Current:
    """The net as Caffe sees it, with the findings of its text and of the upgrade."""
    found: list[Diagnostic] = []
    locate = None
    if document is not None:
        found, locate = document.diagnostics, document.locate
    if not needs_upgrade(message):
        return Current(message, found)
    result = upgrade_net(message, locate)
    # If Caffe cannot upgrade the net, nothing else can be said about it.
    current = type(message)() if result.message is None else result.message
    kind = "layers" if message.layers else "layer"
    more = result.diagnostics
    if document is not None:
        more = _without_known(more, found, document.parse_result.legacy_mixed)
    origins = tuple(result.origins)
    return Current(current, _with_current_indices([*found, *more], origins), kind, origins)


def _without_known(
    more: list[Diagnostic], found: Sequence[Diagnostic], mixed: Diagnostic | None
) -> list[Diagnostic]:
    """The findings of the upgrade, with the reader's own one about mixed formats.

    Both find the mixture, but only the reader knows the fix.
    """
    if mixed is None:
        return more
    others = [each for each in more if each.name != mixed.name]
    # The text has it among its findings if it is the cause of others.
    if mixed not in found:
        others.append(mixed)
    return others


def _with_current_indices(
    found: Iterable[Diagnostic], origins: Sequence[int | None]
) -> list[Diagnostic]:
    """Findings about layers as written, with the indices of the layers that these became.

    The index is -1 for a layer that became none, such as a padding layer of V0, and for all layers
    of a net that Caffe cannot upgrade.
    """
    index_of = {origin: index for index, origin in enumerate(origins)}
    current = []
    for each in found:
        index = index_of.get(each.layer_index, -1)
        # Most layers keep their index.
        if index != each.layer_index:
            each = replace(each, layer_index=index)
        current.append(each)
    return current
