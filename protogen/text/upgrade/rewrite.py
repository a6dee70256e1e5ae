"""The text of an upgraded net: unchanged parts stay as written, and comments move along."""

from __future__ import annotations

from collections import Counter
from typing import Any

from google.protobuf import text_format

from protogen import proto
from protogen.text.comments import Comment
from protogen.text.document import Document, read
from protogen.text.tree import Path
from protogen.text.upgrade import current, v0, v1
from protogen.text.upgrade.comments import annotate, remarks
from protogen.text.upgrade.splice import Edit, removals, splice

__all__ = ["rewrite_net"]

_INPUTS = ("input", "input_shape", "input_dim")
Origins = tuple[int | None, ...]


def rewrite_net(document: Document, new: Any, origins: Origins) -> Document:
    """The document with each field that changed replaced by what it became in the net ``new``."""
    for field in ("lr_mult", "decay_mult"):
        document.update(current.batch_norm_edits(document.message, field))
    moves = _Moves(document, new, origins)
    in_place = read(_in_place(document, new, moves))
    if _bytes(in_place.message) == _bytes(new):
        return in_place
    # Either the layout of the file keeps the pieces from fitting together, or a field that the old
    # format lacks exists in the current one and now has an effect.
    comments = [moves.moved(remark) for remark in remarks(document)]
    printed = read(annotate(read(_print(new)), comments) + "\n")
    return in_place if _bytes(in_place.message) == _bytes(printed.message) else printed


def _in_place(document: Document, new: Any, moves: _Moves) -> str:
    travelling, left = _sort(remarks(document), moves)
    edits: list[Edit] = []
    for field, comments in travelling.items():
        start, end = moves.spans[field]
        index = moves.output(field)
        if index is not None and moves.holder(field) == field:
            block = _print_layer(new.layer[index], comments)
        else:
            block = "\n".join(comment.text for comment in comments)
        if block and (place := moves.place(field)) != start:
            edits.append((place, place, block + "\n"))
            block = ""
        if block:
            edits.append((start, end, block))
        else:
            left.append((start, end))
    return splice(document.text, [*edits, *removals(document.text, left)])


def _sort(
    comments: list[Comment], moves: _Moves
) -> tuple[dict[Path, list[Comment]], list[tuple[int, int]]]:
    """The comments that move with each changed field; the spans of those that leave a gap."""
    travelling: dict[Path, list[Comment]] = {field: [] for field in moves.changed}
    left = []
    for comment in comments:
        field = moves.field(comment.path)
        inside = field in travelling and moves.is_inside(comment, field)
        if inside or moves.is_of_input(comment):
            travelling[moves.holder(field)].append(moves.moved(comment))
        if not inside and moves.is_of_input(comment):
            left.append((comment.start, comment.end))
    return travelling, left


def _print_layer(layer: Any, comments: list[Comment]) -> str:
    alone = [comment._replace(path=("layer", 0, *comment.path[2:])) for comment in comments]
    return annotate(read(_print(proto.NetParameter(layer=[layer]))), alone)


def _bytes(net: Any) -> bytes:
    """For comparison: unlike messages, these are equal where both have NaN."""
    data: bytes = net.SerializePartialToString(deterministic=True)
    return data


def _print(net: Any) -> str:
    return text_format.MessageToString(net, as_utf8=True)


class _Moves:
    """Which fields of a net changed, and where they are in the new net."""

    def __init__(self, document: Document, new: Any, origins: Origins) -> None:
        self._old = document.message
        self._made = {origin: index for index, origin in enumerate(origins)}
        self._kind = "layers" if self._old.layers else "layer"
        self.spans: dict[Path, tuple[int, int]] = {}
        counts: Counter[str] = Counter()
        for name, start, end, child in document.tree.entries:
            single = not hasattr(getattr(self._old, name, ()), "extend")
            # Of the elements of a list, the first has the place of the whole list.
            for place in range(len(child) if isinstance(child, list) else 1):
                path = (name,) if single else (name, counts[name])
                self.spans[path] = (end if place else start, end)
                counts[name] += 1
        remaining = {descriptor.name for descriptor, _ in new.ListFields()}
        remaining -= {"layer"} if self._kind == "layers" else set()
        lost = {descriptor.name for descriptor, _ in self._old.ListFields()} - remaining
        self.changed = [field for field in self.spans if field[0] in lost]
        inputs = [field for field in self.changed if field[0] in _INPUTS]
        layers = {field for field in self.spans if field[0] == self._kind}
        self._first_input = min(inputs, key=self.spans.__getitem__, default=())
        headed = [
            c.start for c in document.comments if c.placement == "leading" and c.path in layers
        ]
        self._top = min(
            [*headed, *(self.spans[field][0] for field in layers)], default=len(document.text)
        )

    def place(self, field: Path) -> int:
        """Where the layer that a field became goes: in its place, but inputs before all layers."""
        start = self.spans[field][0]
        return min(start, self._top) if field == self._first_input else start

    def field(self, path: Path) -> Path:
        """The outermost part of a path: a field of the net."""
        return path[:1] if path[:1] in self.spans else path[:2]

    def output(self, field: Path) -> int | None:
        """The index of the new layer that a field of the net became, or became a part of."""
        if field[0] in _INPUTS:
            return self._made.get(None)
        return self._made.get(int(field[1])) if field[0] == self._kind else None

    def holder(self, field: Path) -> Path:
        """The field that the layer takes the place of: for inputs, the first one."""
        return self._first_input if field[0] in _INPUTS else field

    def is_inside(self, comment: Comment, field: Path) -> bool:
        """Whether the comment is inside the field."""
        start, end = self.spans[field]
        return start <= comment.start < end

    def is_of_input(self, comment: Comment) -> bool:
        """Whether it moves with an input into the Input layer. What is above that layer stays."""
        if not self._first_input or not comment.path or comment.path[0] not in _INPUTS:
            return False
        stays = comment.placement == "leading" and comment.path == self._first_input
        return not (stays and self.place(self._first_input) > comment.start)

    def moved(self, comment: Comment) -> Comment:
        """The comment, to go with what became of its field."""
        field, below = comment.path[:2], comment.path[2:]
        index = self.output(field) if field else None
        if index is None:
            return comment
        if field[0] in _INPUTS:
            below = current.input_target(comment.path, bool(self._old.input_shape))
        elif field[0] == "layers":
            layer = self._old.layers[int(field[1])]
            below = v0.moved(below, layer.layer.type) if layer.HasField("layer") else below
            below = v1.moved(current.moved(below, layer))
        return comment._replace(path=("layer", index, *below))
