"""One layer as it is written, and how it is written in the current format.

The reader gives up on a layer that has parts of two formats. This looks at its text once more,
field by field, without a schema.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from protogen import proto
from protogen.text._error_recovery import skip_brackets
from protogen.text._scanner import past_mark, scan_token, skip_gap
from protogen.text._v1_types import DATA_PARAMS, TRANSFORMS, V1_TYPES
from protogen.text.splices import Splice, field_separator, removals

__all__ = ["OUTSIDE_PARAM", "PER_BLOB", "Layer", "LayerField", "is_one_of_several"]

#: The fields with an entry for each learnable blob, and what ``param`` calls them, in its order.
PER_BLOB = {
    "blob_share_mode": "share_mode",
    "blobs_lr": "lr_mult",
    "lr_mult": "lr_mult",
    "weight_decay": "decay_mult",
    "decay_mult": "decay_mult",
}
_PARAM_FIELDS = ("name", "share_mode", "lr_mult", "decay_mult")
_V1_FIELDS = ("blobs_lr", "weight_decay", "blob_share_mode")
#: The fields of ``param`` that are often written in the layer itself.
OUTSIDE_PARAM = ("lr_mult", "decay_mult")

_V1 = proto.V1LayerParameter.DESCRIPTOR.fields_by_name
_CURRENT = proto.LayerParameter.DESCRIPTOR.fields_by_name
_V1_ENUM = proto.V1LayerParameter.LayerType

# The types of layers that the current format has in addition, in BVLC Caffe.
_NEW_TYPES = {
    "BatchNorm",
    "Bias",
    "Crop",
    "ELU",
    "Embed",
    "Filter",
    "Input",
    "LSTM",
    "Log",
    "Parameter",
    "PReLU",
    "Python",
    "RNN",
    "Reduction",
    "Reshape",
    "SPP",
    "Scale",
    "Swish",
    "Tile",
}
# V1's NONE has no name now.
_CURRENT_TYPES = frozenset(filter(None, V1_TYPES.values())) | _NEW_TYPES


class LayerField(NamedTuple):
    """A field of a layer as it is written. ``kind``: *message*, *list*, *string* or *word*."""

    name: str
    start: int
    value: int
    end: int
    kind: str


class Layer:
    """A ``layer`` or ``layers`` block, and which format its parts are in."""

    def __init__(self, text: str, header: str, start: int, opened: int) -> None:
        self.text = text
        self.header = header
        self.start = start
        self.opened = opened
        self.fields = list(_fields(text, opened))

    def written(self, field: LayerField) -> str:
        """The value of a field as it is written."""
        return self.text[field.value : field.end]

    @property
    def type_field(self) -> LayerField | None:
        """The type, if the layer has exactly one."""
        types = self._named("type")
        if len(types) == 1:
            return types[0]
        return None

    @property
    def v1_type(self) -> str:
        """The type as V1 writes it, without quotes; empty if it is not one of V1."""
        field = self.type_field
        if field is None or self.written(field) not in V1_TYPES:
            return ""
        return self.written(field)

    @property
    def is_v0(self) -> bool:
        """Whether it is a layer of Caffe's first format."""
        # It has the layer itself in a message inside: layers { layer { type: "conv" } }.
        return self.header == "layers" and bool(self._named("layer"))

    @property
    def foreign_parts(self) -> list[LayerField]:
        """The fields that do not belong into a block with this header."""
        is_foreign = self._is_current if self.header == "layers" else self._is_old
        found: list[LayerField] = []
        for field in self.fields:
            if is_foreign(field):
                found.append(field)
        return found

    def _named(self, name: str) -> list[LayerField]:
        found: list[LayerField] = []
        for field in self.fields:
            if field.name == name:
                found.append(field)
        return found

    def _is_old(self, field: LayerField) -> bool:
        if field.name == "type":
            return field.kind == "word" and self.written(field) in V1_TYPES
        # In V1 it is the name of a shared blob, in the current format a message.
        if field.name == "param":
            return field.kind == "string"
        return field.name in (*_V1_FIELDS, *OUTSIDE_PARAM)

    def _is_current(self, field: LayerField) -> bool:
        """Whether a field is written as only the current format has it."""
        name = field.name
        if name == "type":
            return self._is_current_type(field)
        # In V1, param is a list of names.
        if name == "param":
            return field.kind == "message"
        if name in OUTSIDE_PARAM:
            return True
        # A fork may have added a field to a type of V1.
        if self.v1_type:
            return False
        return name in _CURRENT and name not in _V1

    def _is_current_type(self, field: LayerField) -> bool:
        """Whether a type is in quotes, or the name of one that V1 does not have."""
        if field.kind == "string":
            return True
        return _is_new_type(self.written(field))

    # -- the layer in the current format

    def conversion(self) -> list[Splice] | None:
        """The splices that write it in the current format; ``None`` if that is not clear."""
        if self.is_v0:
            return None
        found: list[Splice] = []
        for splices in (self.type_splices(), self._param_splices(), self._transform_splices()):
            if splices is None:
                return None
            found += splices
        return found

    def type_splices(self) -> list[Splice] | None:
        """What writes the type in the current format; ``None`` if it is not known."""
        field = self.type_field
        if field is None:
            # No type is nothing to convert; of two, either may be intended.
            if self._named("type"):
                return None
            return []
        if field.kind == "string":
            quoted = self.written(field)[1:-1]
            name = V1_TYPES.get(quoted, "")
            # "POOLING" in quotes is a mistake; "LRN" is a type of both formats.
            if not name or quoted in _CURRENT_TYPES:
                return []
        else:
            name = self._current_type(self.written(field))
            if not name:
                return None
        return [Splice(field.value, field.end, f'"{name}"')]

    def _current_type(self, word: str) -> str:
        """The type that a word or number stands for; empty if there is none."""
        # Text format takes the number of an enum value in place of its name.
        if self.header == "layers" and word.isdigit():
            number = int(word)
            if number in _V1_ENUM.values():
                word = _V1_ENUM.Name(number)
        if word in V1_TYPES:
            return V1_TYPES[word]
        # A current type without its quotes.
        if word in _CURRENT_TYPES:
            return word
        return ""

    @property
    def _per_blob(self) -> list[LayerField]:
        """The fields with an entry for each blob, which belong into ``param``."""
        found = []
        for field in self.fields:
            # In V1, param is the name under which a blob is shared.
            is_shared_name = field.name == "param" and field.kind != "message"
            if field.name in PER_BLOB or is_shared_name:
                found.append(field)
        return found

    def params(self) -> list[str] | None:
        """The ``param`` messages for the fields with an entry for each blob.

        ``None`` if it is not clear which values belong together.
        """
        values: dict[str, list[str]] = {}
        sources: dict[str, str] = {}
        for field in self._per_blob:
            target = PER_BLOB.get(field.name, "name")
            source = sources.setdefault(target, field.name)
            if source != field.name or field.kind == "message":
                return None  # both blobs_lr and lr_mult
            elements = self._elements(field)
            values.setdefault(target, []).extend(elements)
        has_messages = any(field.kind == "message" for field in self._named("param"))
        # The messages that are there may be for the same blobs, or for the next ones.
        if values and has_messages:
            return None
        number = max(map(len, values.values()), default=0)
        return [_param(values, index) for index in range(number)]

    def _elements(self, field: LayerField) -> list[str]:
        """The values of a field: those of a list, or the only one."""
        if field.kind != "list":
            return [self.written(field)]
        words = self.written(field)[1:-1].split(",")
        return list(filter(None, map(str.strip, words)))

    def _param_splices(self) -> list[Splice] | None:
        """The multipliers of V1, or those beside ``param``, moved into ``param``."""
        params = self.params()
        if params is None:
            return None
        if not params:
            return []
        fields = self._per_blob
        # Each param is put where a value of the first of these fields is, the others go.
        alike = [field for field in fields if field.name == fields[0].name]
        places = alike[: len(params)]
        splices = [Splice(each.start, each.end, new) for each, new in zip(places, params)]
        # The last place takes what is left: one list has the values of all blobs.
        last = places[-1]
        separator = field_separator(self.text, last.start)
        rest = separator.join(params[len(places) - 1 :])
        splices[-1] = Splice(last.start, last.end, rest)
        removed = [(field.start, field.end) for field in fields if field not in places]
        return [*splices, *removals(self.text, removed)]

    def _transform_splices(self) -> list[Splice] | None:
        """What Caffe's upgrade moves from the parameters of V1's data layers."""
        param = self._data_param
        if self.header != "layers" or param is None:
            return []
        moved = []
        for each in _fields(self.text, param.value):
            if each.name in TRANSFORMS:
                moved.append((each.start, each.end))
        if not moved:
            return []
        # If the layer already has this message, a field may be in both.
        if self._named("transform_param"):
            return None
        written = " ".join([self.text[start:end] for start, end in moved])
        separator = field_separator(self.text, param.start)
        new = f"transform_param {{ {written} }}{separator}"
        return [Splice(param.start, param.start, new), *removals(self.text, moved)]

    @property
    def _data_param(self) -> LayerField | None:
        """The parameters of a data layer of V1 with images."""
        kind = self.type_field
        if kind is None:
            return None
        params = self._named(DATA_PARAMS.get(self.written(kind), ""))
        if params:
            return params[0]
        return None


def is_one_of_several(layer: Layer) -> bool:
    """Whether one multiplier outside ``param`` may be intended for all blobs of the layer."""
    counts = Counter(field.name for field in layer.fields)
    for field in layer.fields:
        if field.name not in OUTSIDE_PARAM:
            continue
        # Several values are one for each blob.
        if counts[field.name] != 1:
            continue
        # 1 is the default of the other blobs, so that it makes no difference.
        if layer.written(field) not in ("1", "1.0"):
            return True
    return False


def _is_new_type(word: str) -> bool:
    """Whether it is the name of a type in the current format, and not in V1."""
    return word in _CURRENT_TYPES and word not in V1_TYPES


def _param(values: dict[str, list[str]], index: int) -> str:
    """The ``param`` message of the learnable blob with this index."""
    parts = []
    for name in _PARAM_FIELDS:
        elements = values.get(name, [])
        if index < len(elements):
            parts.append(f"{name}: {elements[index]}")
    return f"param {{ {' '.join(parts)} }}"


def _fields(text: str, opened: int) -> Iterator[LayerField]:
    """The fields between the braces that open at ``opened``, not those inside of them."""
    position = skip_gap(text, opened + 1)
    while True:
        kind, end = scan_token(text, position)
        mark = text[position:end]
        if kind == "end" or mark in ("}", ">"):
            return
        # Something that is not a field is skipped, as the reader does after its error.
        if kind != "name":
            if mark in ("{", "<", "["):
                end = skip_brackets(text, position)
            position = skip_gap(text, end)
            continue
        at = past_mark(text, end, ":")
        field = _value(text, mark, position, at)
        if field.end > at:
            yield field
        position = past_mark(text, max(field.end, end), (",", ";"))


def _value(text: str, name: str, start: int, at: int) -> LayerField:
    """The field with a value at ``at``; it is empty if no value is there."""
    if text.startswith(("{", "<"), at):
        return LayerField(name, start, at, skip_brackets(text, at), "message")
    if text.startswith("[", at):
        return LayerField(name, start, at, skip_brackets(text, at), "list")
    kind, end = scan_token(text, at)
    if kind == "string":
        return LayerField(name, start, at, _strings_end(text, end), "string")
    if text.startswith("-", at):
        kind, end = scan_token(text, skip_gap(text, at + 1))
    if kind not in ("name", "number"):
        end = at
    return LayerField(name, start, at, end, "word")


def _strings_end(text: str, end: int) -> int:
    """The end of a string, with those that follow: text format joins strings in a row."""
    while True:
        kind, next_end = scan_token(text, skip_gap(text, end))
        if kind != "string":
            return end
        end = next_end
