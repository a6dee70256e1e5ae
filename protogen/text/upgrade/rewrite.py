"""The text of an upgraded net: what did not change stays as written, and comments move along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from protogen import rules
from protogen.diagnostics import ProtogenError
from protogen.edits import Edit
from protogen.proto.fields import is_repeated
from protogen.proto.schemas import schema_of
from protogen.text._edit_splices import edit_splices
from protogen.text.comments import Comment
from protogen.text.differences import differences
from protogen.text.parse import ParseResult, parse
from protogen.text.splices import Splice, past_blanks, removals, splice
from protogen.text.tree import Path
from protogen.text.upgrade import data_transforms, net_inputs, v0, v1
from protogen.text.upgrade.comment_placement import PrintedNet, comments_and_unknown_fields

__all__ = ["rewrite_net"]

#: For each layer of the new net, the index of the old layer that it was made of.
_Origins = tuple[int | None, ...]


def rewrite_net(old: ParseResult, message: Any, new: Any, origins: _Origins) -> ParseResult:
    """The text ``old``, which says ``message``, with every field that changed replaced.

    ``new`` is the upgraded net, and the result is a text that says it.
    """
    _check_schema(old, message)
    moves = _Moves(old, message, new, origins)
    splices = [*_replacements(old, new, moves), *_edits_of_layers(old, message, new, origins)]
    in_place = parse(splice(old.text, splices), old.message_class)
    if _contents(in_place.message()) == _contents(new):
        return in_place
    # Either the pieces of an unusual layout do not fit together, or a field that the old format
    # lacks is known to the current one, and counts now.
    comments = [moves.moved(comment) for comment in comments_and_unknown_fields(old)]
    printed = parse(PrintedNet(new).text(comments), old.message_class)
    if _contents(in_place.message()) == _contents(printed.message()):
        return in_place
    return printed


def _check_schema(old: ParseResult, message: Any) -> None:
    """Raise `ProtogenError` if the user's own schema lacks what a net is upgraded to."""
    schema = schema_of(old.message_class.DESCRIPTOR)
    if message.input and schema is not None and not schema.has_field("input_param"):
        reason = f'{schema.path} has no "input_param", so "input" cannot become an Input layer'
        location = old.locate(("input", 0))
        raise ProtogenError(rules.named("impossible-edit").diagnostic(reason, location=location))


def _contents(net: Any) -> bytes:
    """For comparison: unlike messages, these are equal if both have NaN."""
    data: bytes = net.SerializePartialToString(deterministic=True)
    return data


def _edits_of_layers(old: ParseResult, message: Any, new: Any, origins: _Origins) -> list[Splice]:
    """The splices of layers that are in the current format and changed nevertheless."""
    edits: list[Edit] = []
    for index, origin in enumerate(origins):
        # Layers of an older format are printed as a whole, and the Input layer is new.
        if message.layers or origin is None:
            continue
        if message.layer[origin] != new.layer[index]:
            edits += differences(message.layer[origin], new.layer[index], ("layer", origin))
    return edit_splices(old.text, old.root, old.message_class.DESCRIPTOR, edits)


def _replacements(old: ParseResult, new: Any, moves: _Moves) -> list[Splice]:
    """The splices of the net's own fields that do not exist in the new net."""
    moving: dict[Path, list[Comment]] = {field: [] for field in moves.replaced}
    removed: list[tuple[int, int]] = []
    for comment in comments_and_unknown_fields(old):
        field = moves.field_of(comment.path)
        is_inside = field in moving and moves.is_inside(comment, field)
        if moves.goes_to_input_layer(comment):
            moving[moves.holder(field)].append(comment)
            if not is_inside:  # else it goes with the text of the field
                removed.append((comment.start, comment.end))
        elif is_inside:
            moving[field].append(comment)
    splices = []
    for field, block in _blocks(new, moves, moving).items():
        start, end = moves.spans[field]
        place = moves.place(field)
        if not block:
            removed.append((start, end))
        elif place == start:
            splices.append(_with_line_end(old.text, Splice(start, end, block)))
        else:
            # An Input layer, which must come before the layers that read its tops.
            splices.append(Splice(place, place, block + "\n"))
            removed.append((start, end))
    return [*splices, *removals(old.text, removed)]


def _blocks(new: Any, moves: _Moves, moving: dict[Path, list[Comment]]) -> dict[Path, str]:
    """What comes in the place of each field: the layer it became, or the comments in it."""
    # One net for all new layers, whose text is read once to place the comments.
    layers = type(new)()
    row_of: dict[Path, int] = {}
    for field in moving:
        index = moves.new_index(field)
        if index is None or moves.holder(field) != field:
            continue
        row_of[field] = len(layers.layer)
        layer = layers.layer.add()
        layer.CopyFrom(new.layer[index])
    printed = PrintedNet(layers)
    blocks = {}
    for field, comments in moving.items():
        row = row_of.get(field)
        # A field that is left out leaves its comments behind.
        if row is None:
            texts = [comment.text for comment in comments]
            blocks[field] = "\n".join(texts)
        else:
            moved = [_in_layer(moves.moved(comment), row) for comment in comments]
            blocks[field] = printed.layer(row, moved)
    return blocks


def _in_layer(comment: Comment, row: int) -> Comment:
    return comment._replace(path=("layer", row, *comment.path[2:]))


def _with_line_end(text: str, replacement: Splice) -> Splice:
    """A comment ends with its line: what comes after one needs a line of its own."""
    start, end, new = replacement
    _, _, last_line = new.rpartition("\n")
    ends_line = text[end : end + 1] in ("", "\n", "\r")
    # A # in a string only adds a line break that is not needed.
    if "#" in last_line and not ends_line:
        return Splice(start, past_blanks(text, end), new + "\n")
    return replacement


class _Moves:
    """Which fields of a net are replaced, and where what they hold goes.

    A *field* is one of the net itself, as in ``("layers", 3)`` or ``("name",)``.
    """

    def __init__(self, old: ParseResult, message: Any, new: Any, origins: _Origins) -> None:
        self._message = message
        self._layer_name = "layers" if message.layers else "layer"
        self._new_index = {origin: index for index, origin in enumerate(origins)}
        self.spans = dict(_spans_of_fields(old))
        self.replaced = self._replaced_fields(new)
        inputs = []
        for field in self.replaced:
            if field[0] in net_inputs.INPUT_FIELDS:
                inputs.append(field)
        self._first_input = min(inputs, key=self.spans.__getitem__, default=())
        self._start_of_layers = self._find_start_of_layers(old)

    def _replaced_fields(self, new: Any) -> list[Path]:
        remaining = _names_of_fields(new)
        if self._layer_name == "layers":
            remaining.discard("layer")  # all of these are new
        replaced = _names_of_fields(self._message) - remaining
        found: list[Path] = []
        for field in self.spans:
            if field[0] in replaced:
                found.append(field)
        return found

    def _find_start_of_layers(self, old: ParseResult) -> int:
        """Where the first layer starts, with the comments above it."""
        starts = [len(old.text)]
        for field, (start, _) in self.spans.items():
            if field[0] == self._layer_name:
                starts.append(start)
        for comment in old.comments:
            # The comment above a layer has the path of the layer.
            is_above = comment.placement == "leading" and len(comment.path) == 2
            if is_above and comment.path[0] == self._layer_name:
                starts.append(comment.start)
        return min(starts)

    def field_of(self, path: Path) -> Path:
        """The field of the net that a path leads into."""
        if path[:1] in self.spans:
            return path[:1]
        return path[:2]

    def new_index(self, field: Path) -> int | None:
        """The index of the new layer that a field became, or became a part of."""
        if field[0] in net_inputs.INPUT_FIELDS:
            return self._new_index.get(None)
        if field[0] == self._layer_name:
            return self._new_index.get(int(field[1]))
        return None

    def holder(self, field: Path) -> Path:
        """The field in whose place that layer is written: for all inputs, the first of them."""
        if field[0] in net_inputs.INPUT_FIELDS:
            return self._first_input
        return field

    def place(self, field: Path) -> int:
        """Where that layer is written: in the place of the field, but inputs before all layers."""
        start, _ = self.spans[field]
        if field != self._first_input:
            return start
        return min(start, self._start_of_layers)

    def is_inside(self, comment: Comment, field: Path) -> bool:
        """Whether a comment is between the ends of a field."""
        start, end = self.spans[field]
        return start <= comment.start < end

    def goes_to_input_layer(self, comment: Comment) -> bool:
        """Whether a comment belongs to an input, and so moves into the Input layer.

        If that layer takes the place of the first input, the comments above it stay.
        """
        if not self._first_input or not comment.path:
            return False
        if comment.path[0] not in net_inputs.INPUT_FIELDS:
            return False
        if comment.placement != "leading" or comment.path != self._first_input:
            return True
        return self.place(self._first_input) <= comment.start

    def moved(self, comment: Comment) -> Comment:
        """The comment with the path, in the new net, of what its field became."""
        # A comment about the file as a whole has no path.
        if not comment.path:
            return comment
        field, below = comment.path[:2], comment.path[2:]
        index = self.new_index(field)
        if index is None:
            return comment
        if field[0] in net_inputs.INPUT_FIELDS:
            below = net_inputs.new_path(comment.path, bool(self._message.input_shape))
        elif field[0] == "layers":
            layer = self._message.layers[int(field[1])]
            if layer.HasField("layer"):
                below = v0.new_path(below, layer.layer.type)
            below = v1.new_path(data_transforms.new_path(below, layer))
        return comment._replace(path=("layer", index, *below))


def _names_of_fields(net: Any) -> set[str]:
    return {descriptor.name for descriptor, _ in net.ListFields()}


def _spans_of_fields(old: ParseResult) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Each field of the net, and where it is written.

    Of the elements of a list, the first has the place of the whole list.
    """
    known = old.message_class.DESCRIPTOR.fields_by_name
    counts: Counter[str] = Counter()
    for name, start, end, child in old.root.entries:
        if name not in known:
            continue
        if not is_repeated(known[name]):
            yield (name,), (start, end)
            continue
        number = 1
        if isinstance(child, list):
            number = len(child)
        for _ in range(number):
            yield (name, counts[name]), (start, end)
            counts[name] += 1
            start = end
