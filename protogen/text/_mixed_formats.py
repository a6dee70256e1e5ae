"""Layers that mix the V1 format (``layers { type: RELU }``) and the current one.

Caffe cannot parse a layer with parts of both formats, and rejects a net with layers of both. What
was intended is clear, so the fix writes everything in the current format; the rest of the text
stays as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from protogen import proto
from protogen.diagnostics import plural
from protogen.edits import Fix
from protogen.text._error_recovery import skip_brackets
from protogen.text._reader_state import Frame, Problem
from protogen.text._scanner import scan_token, skip_gap
from protogen.text._v1_types import V1_TYPES
from protogen.text.splices import Splice, margin_of, removals
from protogen.text.tree import Block

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = [
    "PER_BLOB",
    "Layer",
    "LayerField",
    "both_formats",
    "conversion",
    "is_one_of_several",
    "mixed_formats",
    "quoted_types",
    "restore_types",
]

#: More layers than these with the same mistake are one finding.
_MOST_LISTED = 3

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
_OUTSIDE_PARAM = ("lr_mult", "decay_mult")

_DATA_TYPES = {"DATA": "data_param", "IMAGE_DATA": "image_data_param"}
_DATA_TYPES["WINDOW_DATA"] = "window_data_param"
#: The fields of V1's data layers that are in ``transform_param`` now.
_TRANSFORMS = ("scale", "mean_file", "crop_size", "mirror")

_TYPE_BEFORE = re.compile(r"type\s*:\s*$")

_V1 = proto.V1LayerParameter.DESCRIPTOR.fields_by_name
_CURRENT = proto.LayerParameter.DESCRIPTOR.fields_by_name
_V1_ENUM = proto.V1LayerParameter.LayerType


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
        types = [field for field in self.fields if field.name == "type"]
        return types[0] if len(types) == 1 else None

    @property
    def is_v0(self) -> bool:
        """Whether it is a layer of Caffe's first format."""
        return self.header == "layers" and any(field.name == "layer" for field in self.fields)

    @property
    def foreign_parts(self) -> list[LayerField]:
        """The fields that do not belong into a block with this header."""
        belongs = self._is_current if self.header == "layers" else self._is_old
        return [field for field in self.fields if belongs(field)]

    def _is_old(self, field: LayerField) -> bool:
        if field.name == "type":
            return field.kind == "word" and self.written(field) in V1_TYPES
        if field.name == "param":
            return field.kind == "string"
        return field.name in (*_V1_FIELDS, *_OUTSIDE_PARAM)

    def _is_current(self, field: LayerField) -> bool:
        if field.name == "type":
            word = self.written(field)
            return field.kind == "string" or (word in _CURRENT_TYPES and word not in V1_TYPES)
        if field.name == "param":
            return field.kind == "message"
        if field.name in _OUTSIDE_PARAM:
            return True
        # A fork may have added a field to a type of V1.
        return field.name in _CURRENT and field.name not in _V1 and not self._has_v1_type

    @property
    def _has_v1_type(self) -> bool:
        field = self.type_field
        return field is not None and self.written(field) in V1_TYPES

    # -- the layer in the current format

    def conversion(self) -> list[Splice] | None:
        """The splices that write it in the current format; ``None`` if that is not clear."""
        kind = self.type_splices()
        params = self._param_splices()
        transforms = self._transform_splices()
        if self.is_v0 or kind is None or params is None or transforms is None:
            return None
        return [*kind, *params, *transforms]

    def type_splices(self) -> list[Splice] | None:
        field = self.type_field
        if field is None:
            return [] if not any(each.name == "type" for each in self.fields) else None
        word = self.written(field)
        if field.kind == "string":
            name = V1_TYPES.get(word[1:-1], "")
            if not name or word[1:-1] in _CURRENT_TYPES:
                return []
        elif self.header == "layers" and word.isdigit() and int(word) in _V1_ENUM.values():
            name = V1_TYPES[_V1_ENUM.Name(int(word))]
        elif word in V1_TYPES:
            name = V1_TYPES[word]
        else:
            name = word if word in _CURRENT_TYPES else ""
        return [Splice(field.value, field.end, f'"{name}"')] if name else None

    @property
    def _per_blob(self) -> list[LayerField]:
        """The fields with an entry for each blob, which belong into ``param``."""
        return [
            field
            for field in self.fields
            if field.name in PER_BLOB or (field.name == "param" and field.kind != "message")
        ]

    def params(self) -> list[str] | None:
        """The ``param`` messages for the fields with an entry for each blob.

        ``None`` if it is not clear which values belong together.
        """
        values: dict[str, list[str]] = {}
        sources: dict[str, str] = {}
        for field in self._per_blob:
            target = PER_BLOB.get(field.name, "name")
            if sources.setdefault(target, field.name) != field.name or field.kind == "message":
                return None  # both blobs_lr and lr_mult
            values.setdefault(target, []).extend(self._elements(field))
        if values and any(f.name == "param" and f.kind == "message" for f in self.fields):
            return None
        number = max(map(len, values.values()), default=0)
        params = []
        for index in range(number):
            parts = [
                f"{name}: {values[name][index]}"
                for name in _PARAM_FIELDS
                if index < len(values.get(name, []))
            ]
            params.append(f"param {{ {' '.join(parts)} }}")
        return params

    def _elements(self, field: LayerField) -> list[str]:
        if field.kind != "list":
            return [self.written(field)]
        return [word.strip() for word in self.written(field)[1:-1].split(",") if word.strip()]

    def _param_splices(self) -> list[Splice] | None:
        params = self.params()
        if not params:
            return None if params is None else []
        fields = self._per_blob
        # Each param is put where a value of the first of these fields is, the others go.
        places = [field for field in fields if field.name == fields[0].name][: len(params)]
        last = places[-1]
        margin = margin_of(self.text, last.start)
        separator = " " if margin is None else f"\n{margin}"
        splices = [Splice(each.start, each.end, new) for each, new in zip(places, params)]
        splices[-1] = Splice(last.start, last.end, separator.join(params[len(places) - 1 :]))
        removed = [(field.start, field.end) for field in fields if field not in places]
        return [*splices, *removals(self.text, removed)]

    def _transform_splices(self) -> list[Splice] | None:
        """What Caffe's upgrade moves from the parameters of V1's data layers."""
        kind = self.type_field
        name = _DATA_TYPES.get(self.written(kind), "") if kind else ""
        param = next((field for field in self.fields if field.name == name), None)
        if self.header != "layers" or param is None:
            return []
        inner = list(_fields(self.text, param.value))
        moved = [field for field in inner if field.name in _TRANSFORMS]
        if not moved:
            return []
        if any(field.name == "transform_param" for field in self.fields):
            return None
        written = " ".join(self.text[field.start : field.end] for field in moved)
        margin = margin_of(self.text, param.start)
        separator = " " if margin is None else f"\n{margin}"
        new = f"transform_param {{ {written} }}{separator}"
        removed = [(field.start, field.end) for field in moved]
        return [Splice(param.start, param.start, new), *removals(self.text, removed)]


_CURRENT_TYPES = frozenset(filter(None, V1_TYPES.values())) | {
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


def _fields(text: str, opened: int) -> Iterator[LayerField]:
    """The fields between the braces that open at ``opened``, not those inside of them."""
    position = skip_gap(text, opened + 1)
    while True:
        kind, end = scan_token(text, position)
        mark = text[position:end]
        if kind == "end" or mark in ("}", ">"):
            return
        if kind != "name":
            end = skip_brackets(text, position) if mark in ("{", "<", "[") else end
            position = skip_gap(text, end)
            continue
        at = skip_gap(text, end)
        if text.startswith(":", at):
            at = skip_gap(text, at + 1)
        field = _value(text, mark, position, at)
        if field.end > at:
            yield field
        position = skip_gap(text, max(field.end, end))
        if text.startswith((",", ";"), position):
            position = skip_gap(text, position + 1)


def _value(text: str, name: str, start: int, at: int) -> LayerField:
    if text.startswith(("{", "<"), at):
        return LayerField(name, start, at, skip_brackets(text, at), "message")
    if text.startswith("[", at):
        return LayerField(name, start, at, skip_brackets(text, at), "list")
    kind, end = scan_token(text, at)
    if kind == "string":
        while (after := skip_gap(text, end)) and scan_token(text, after)[0] == "string":
            end = scan_token(text, after)[1]
        return LayerField(name, start, at, end, "string")
    if text.startswith("-", at):
        kind, end = scan_token(text, skip_gap(text, at + 1))
    return LayerField(name, start, at, end if kind in ("name", "number") else at, "word")


# -- the net


def restore_types(text: str, problems: Sequence[Problem]) -> None:
    """Put the types of layers that are written as in V1 into the message."""
    for problem in problems:
        if len(problem.path) != 1 or problem.rule != "wrong-value-type":
            continue
        frame = problem.path[0]
        word = text[problem.start : problem.end]
        if frame.name != "layer" or "type" in frame.values or not V1_TYPES.get(word):
            continue
        before = _TYPE_BEFORE.search(text, max(frame.opened, problem.start - 100), problem.start)
        if before:
            frame.values["type"] = V1_TYPES[word]
            place = bisect_left([entry[1] for entry in frame.entries], before.start())
            frame.entries.insert(place, ("type", before.start(), problem.end, None))


def quoted_types(result: ParseResult) -> list[Splice]:
    """The splices for the types of V1 that are in quotes: ``layer { type: "CONVOLUTION" }``."""
    splices = []
    for layer in _layers(result):
        field = layer.type_field
        if layer.header == "layer" and field is not None and field.kind == "string":
            splices += layer.type_splices() or []
    return splices


def mixed_formats(result: ParseResult, problems: list[Problem]) -> tuple[list[Problem], list[int]]:
    """The problems, with those of a mix of formats put together.

    The second value has the offsets of layers that were not read whole, although no problem is at
    their place now.
    """
    if result.message_class is not proto.NetParameter:
        return problems, []
    frames = _layer_frames(problems)
    if not frames:
        return problems, []
    both = both_formats(result)
    if both is not None:
        return _with_both_formats(result, problems, both)
    if not any(_is_mixed(_layer_of(result, frame)) for frame in frames.values()):
        return problems, []
    mixed = [layer for layer in _layers(result) if _is_mixed(layer)]
    if not mixed:
        return problems, []
    if mixed[0].header == "layers":
        return _current_parts(result, problems, mixed)
    return _old_parts(problems, mixed), []


def _is_mixed(layer: Layer) -> bool:
    return bool(layer.foreign_parts) and not layer.is_v0


def _layer_of(result: ParseResult, frame: Frame) -> Layer:
    return Layer(result.plain, frame.name, frame.start, frame.opened)


def conversion(result: ParseResult) -> list[Splice] | None:
    """The splices that write every layer of a net in the current format; ``None`` if unclear."""
    splices = []
    for layer in _layers(result):
        converted = layer.conversion()
        if converted is None:
            return None
        splices += converted
    for name, start, _, _ in result.root.entries:
        if name == "layers":
            splices.append(Splice(start, start + len(name), "layer"))
    return splices


def _layers(result: ParseResult) -> Iterator[Layer]:
    """Every layer of a net that was read."""
    for name, start, _, child in result.root.entries:
        if name not in ("layer", "layers"):
            continue
        starts = [start] if isinstance(child, Block) else [span.start for span in child or ()]
        for each in starts:
            opened = each
            if isinstance(child, Block):
                opened = skip_gap(result.plain, start + len(name))
                if result.plain.startswith(":", opened):
                    opened = skip_gap(result.plain, opened + 1)
            yield Layer(result.plain, name, each, opened)


def _layer_frames(problems: list[Problem]) -> dict[int, Frame]:
    """The layers with problems, by their offsets, in their order."""
    frames: dict[int, Frame] = {}
    for problem in problems:
        if problem.path and problem.path[0].name in ("layer", "layers"):
            frames.setdefault(problem.path[0].start, problem.path[0])
    return frames


def _without(
    problems: list[Problem], layers: Sequence[Layer]
) -> tuple[list[Problem], list[Problem]]:
    """The problems that are left when these layers are converted, and those that go."""
    spans = {
        layer.start: [(part.start, part.end) for part in layer.foreign_parts] for layer in layers
    }
    left, gone = [], []
    for problem in problems:
        parts = spans.get(problem.path[0].start, []) if len(problem.path) == 1 else []
        if any(start <= problem.start <= end for start, end in parts):
            gone.append(problem)
        else:
            left.append(problem)
    return left, gone


def both_formats(result: ParseResult) -> Problem | None:
    """That a net has both ``layer`` and ``layers``, with the fix if it is clear."""
    names = {name for name, _, _, child in result.root.entries if child}
    if not {"layer", "layers"} <= names:
        return None
    splices = conversion(result)
    old = [layer for layer in _layers(result) if layer.header == "layers"]
    if all(layer.foreign_parts for layer in old):
        hint = 'write "layer" in place of "layers"'
    else:
        hint = 'write every layer as layer { type: "Name" }'
    fix = None
    if splices is not None:
        hint += "; protogen upgrade does"
        fix = Fix('write every layer as "layer"', (), safe=True, splices=tuple(splices))
    first = next(entry for entry in result.root.entries if entry[0] == "layers" and entry[3])
    message = "the net has both layer { } and layers { }, and Caffe takes only one kind"
    return Problem("legacy-mixed", message, first[1], first[2], hint, "", (), fix)


def _with_both_formats(
    result: ParseResult, problems: list[Problem], both: Problem
) -> tuple[list[Problem], list[int]]:
    """The problems of a net with both ``layer`` and ``layers``.

    If each layer can be read, the upgrade reports that there are both.
    """
    if both.fix is None:
        return problems, []
    left, gone = _without(problems, list(_layers(result)))
    if not gone:
        return problems, []
    return [*left, both], [each.start for each in gone]


def _current_parts(
    result: ParseResult, problems: list[Problem], mixed: list[Layer]
) -> tuple[list[Problem], list[int]]:
    """Layers of the current format in ``layers`` blocks. A net takes one format: all change."""
    splices = conversion(result)
    fix = None
    if splices is not None:
        fix = Fix('write every layer as "layer"', (), safe=True, splices=tuple(splices))
    left, gone = _without(problems, mixed)
    why = 'a "layers" block takes the V1 format: its types have capital letters and no quotes'
    hint = 'write "layer" in place of "layers"'
    others = sum(1 for _ in _layers(result)) - len(mixed)
    if others:
        named = "other layer" if others == 1 else f"other {others} layers"
        hint += f", and the {named} in the current format too"
    if fix:
        hint += "; protogen upgrade does"
    first = mixed[0]
    parts = first.foreign_parts
    path: tuple[Frame, ...] = ()
    if len(mixed) == 1:
        path = _path(_layer_frames(problems), first)
        message = f'"layers" cannot have {_listed(first, parts)} of the current format'
    else:
        message = (
            f'{len(mixed)} "layers" blocks have parts of the current format,'
            f" here {_listed(first, parts)}"
        )
    start, end = parts[0].start, parts[0].end
    if parts[0].kind == "message":
        end = start + len(parts[0].name)
    found = Problem("current-parts", message, start, end, hint, why, path, fix)
    return [*left, found], [each.start for each in gone]


def _old_parts(problems: list[Problem], mixed: list[Layer]) -> list[Problem]:
    """Parts of the V1 format in ``layer`` blocks."""
    left, _ = _without(problems, mixed)
    why = 'a "layer" block takes its type in quotes, and lr_mult and decay_mult in "param"'
    if len(mixed) > _MOST_LISTED:
        return [*left, _many_old_parts(mixed, why)]
    frames = _layer_frames(problems)
    for layer in mixed:
        parts = layer.foreign_parts
        left.append(
            Problem(
                "legacy-parts",
                f'"layer" cannot have {_listed(layer, parts)} of the V1 format'
                if any(part.name not in _OUTSIDE_PARAM for part in parts)
                else f'{_listed(layer, parts)} must be in "param"',
                parts[0].start,
                parts[0].end,
                _old_parts_hint(layer),
                why,
                _path(frames, layer),
                _old_parts_fix([layer]),
            )
        )
    return left


def _path(frames: dict[int, Frame], layer: Layer) -> tuple[Frame, ...]:
    frame = frames.get(layer.start)
    return () if frame is None else (frame,)


def _many_old_parts(mixed: list[Layer], why: str) -> Problem:
    counts: Counter[str] = Counter()
    for layer in mixed:
        counts.update(dict.fromkeys((part.name for part in layer.foreign_parts), 1))
    listed = ", ".join(f"{name} ({plural(n, 'layer')})" for name, n in counts.items())
    first = mixed[0]
    start, end = first.foreign_parts[0].start, first.foreign_parts[0].end
    message = f'{len(mixed)} "layer" blocks have parts of the V1 format: {listed}'
    fix = _old_parts_fix(mixed)
    hint = f"here, {_old_parts_hint(first)}"
    return Problem("legacy-parts", message, start, end, hint, why, (), fix)


def _listed(layer: Layer, parts: list[LayerField]) -> str:
    """The parts in words: ``type CONVOLUTION and blobs_lr``."""
    names: dict[str, str] = {}
    for part in parts:
        words = f"type {layer.written(part)}" if part.name == "type" else part.name
        names.setdefault(part.name, words)
    *most, last = names.values()
    return f"{', '.join(most)} and {last}" if most else last


def _old_parts_hint(layer: Layer) -> str:
    words = []
    kind = layer.type_field
    if kind is not None and layer.written(kind) in V1_TYPES and kind.kind == "word":
        words.append(f'type: "{V1_TYPES[layer.written(kind)]}"')
    params = layer.params()
    if params is None:
        words.append("param { lr_mult: ... decay_mult: ... }")
    else:
        words += params
    return f"write {' '.join(words)}; protogen upgrade does"


def _old_parts_fix(layers: list[Layer]) -> Fix | None:
    """The fix for the layers that have a clear one."""
    splices: list[Splice] = []
    safe = True
    for layer in layers:
        splices += layer.conversion() or []
        safe &= not is_one_of_several(layer)
    if not splices:
        return None
    return Fix("write it in the current format", (), safe=safe, splices=tuple(splices))


def is_one_of_several(layer: Layer) -> bool:
    """Whether one multiplier outside ``param`` may be intended for all blobs of the layer."""
    counts = Counter(field.name for field in layer.fields)
    return any(
        field.name in _OUTSIDE_PARAM
        and counts[field.name] == 1
        and layer.written(field) not in ("1", "1.0")
        for field in layer.fields
    )
