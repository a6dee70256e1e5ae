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
from typing import TYPE_CHECKING

from protogen import proto
from protogen.diagnostics import plural
from protogen.edits import Fix
from protogen.text._reader_state import Frame, Problem
from protogen.text._scanner import past_mark
from protogen.text._v1_types import V1_TYPES
from protogen.text._written_layer import OUTSIDE_PARAM, Layer, LayerField, is_one_of_several
from protogen.text.splices import Splice
from protogen.text.tree import Block, Entry

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = ["both_formats", "conversion", "mixed_formats", "quoted_types", "restore_types"]

#: The end of a hint that says what the fix does.
_FIXED = "; protogen upgrade does"
#: More layers than these with the same mistake are one finding.
_MOST_LISTED = 3

_TYPE_BEFORE = re.compile(r"type\s*:\s*$")
#: The blanks between the name and the value of a type are in these many characters.
_TYPE_LENGTH = 100


def restore_types(text: str, problems: Sequence[Problem]) -> None:
    """Put the types of layers that are written as in V1 into the message."""
    for problem in problems:
        if problem.rule != "wrong-value-type" or len(problem.path) != 1:
            continue
        frame = problem.path[0]
        if frame.name != "layer" or "type" in frame.values:
            continue
        word = text[problem.start : problem.end]
        layer_type = V1_TYPES.get(word)
        # NONE, the first type of V1, is no type now.
        if not layer_type:
            continue
        first = max(frame.opened, problem.start - _TYPE_LENGTH)
        before = _TYPE_BEFORE.search(text, first, problem.start)
        # The value belongs to another field.
        if before is None:
            continue
        frame.values["type"] = layer_type
        # With its place in the tree, findings about the type point at it.
        starts = [entry[1] for entry in frame.entries]
        place = bisect_left(starts, before.start())
        frame.entries.insert(place, ("type", before.start(), problem.end, None))


def quoted_types(result: ParseResult) -> list[Splice]:
    """The splices for the types of V1 that are in quotes: ``layer { type: "CONVOLUTION" }``."""
    splices: list[Splice] = []
    for layer in _layers(result):
        if layer.header != "layer":
            continue
        field = layer.type_field
        # Without its quotes it is another mistake, with its own fix.
        if field is None or field.kind != "string":
            continue
        found = layer.type_splices()
        splices += found or []
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
    # A net with layers of both kinds comes first: the conversion of all fixes each layer, too.
    both = both_formats(result)
    if both is not None:
        return _with_both_formats(result, problems, both)
    # Only the layers with problems are looked at first, because a net may have thousands.
    if not any(_is_mixed(_layer_of(result, frame)) for frame in frames.values()):
        return problems, []
    mixed = list(filter(_is_mixed, _layers(result)))
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
        # One that is unclear is enough: Caffe rejects a net that is converted in part.
        if converted is None:
            return None
        splices += converted
    for name, start, _, _ in result.root.entries:
        if name == "layers":
            splices.append(Splice(start, start + len(name), "layer"))
    return splices


def _layers(result: ParseResult) -> Iterator[Layer]:
    """Every layer of a net that was read."""
    text = result.plain
    for name, start, _, child in result.root.entries:
        if name not in ("layer", "layers"):
            continue
        if isinstance(child, Block):
            opened = past_mark(text, start + len(name), ":")
            yield Layer(text, name, start, opened)
        else:
            # A list: layer [{ ... }, { ... }]. Its elements have no name before their brace.
            for span in child or ():
                yield Layer(text, name, span.start, span.start)


def _layer_frames(problems: list[Problem]) -> dict[int, Frame]:
    """The layers with problems, by their offsets, in their order."""
    frames: dict[int, Frame] = {}
    for problem in problems:
        if not problem.path:
            continue
        outermost = problem.path[0]
        if outermost.name in ("layer", "layers"):
            frames.setdefault(outermost.start, outermost)
    return frames


def _without(
    problems: list[Problem], layers: Sequence[Layer]
) -> tuple[list[Problem], list[Problem]]:
    """The problems that are left when these layers are converted, and those that go."""
    parts_of = {layer.start: layer.foreign_parts for layer in layers}
    left, gone = [], []
    for problem in problems:
        parts: Sequence[LayerField] = ()
        # What is deeper inside, such as a typo in convolution_param, is another mistake.
        if len(problem.path) == 1:
            parts = parts_of.get(problem.path[0].start, ())
        if any(part.start <= problem.start <= part.end for part in parts):
            gone.append(problem)
        else:
            left.append(problem)
    return left, gone


def both_formats(result: ParseResult) -> Problem | None:
    """That a net has both ``layer`` and ``layers``, with the fix if it is clear."""
    firsts: dict[str, Entry] = {}
    for entry in result.root.entries:
        name, _, _, child = entry
        # An empty list has no layers.
        if child:
            firsts.setdefault(name, entry)
    if "layer" not in firsts or "layers" not in firsts:
        return None
    hint = 'write "layer" in place of "layers"'
    # Current layers under the wrong name need only that name.
    if not all(layer.foreign_parts for layer in _old_layers(result)):
        hint = 'write every layer as layer { type: "Name" }'
    fix = _conversion_fix(result)
    if fix is not None:
        hint += _FIXED
    _, start, end, _ = firsts["layers"]
    message = "the net has both layer { } and layers { }, and Caffe takes only one kind"
    return Problem("legacy-mixed", message, start, end, hint, "", (), fix)


def _old_layers(result: ParseResult) -> Iterator[Layer]:
    """Every layer that is written as ``layers``."""
    for layer in _layers(result):
        if layer.header == "layers":
            yield layer


def _conversion_fix(result: ParseResult) -> Fix | None:
    """The fix that writes a net in the current format; ``None`` if it is not clear how."""
    splices = conversion(result)
    if splices is None:
        return None
    return Fix('write every layer as "layer"', (), safe=True, splices=tuple(splices))


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
    left, gone = _without(problems, mixed)
    why = 'a "layers" block takes the V1 format: its types have capital letters and no quotes'
    hint = 'write "layer" in place of "layers"'
    others = len(list(_layers(result))) - len(mixed)
    if others:
        named = "other layer" if others == 1 else f"other {others} layers"
        hint += f", and the {named} in the current format too"
    fix = _conversion_fix(result)
    if fix is not None:
        hint += _FIXED
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
    # Of a message the name is enough: marked as a whole it would fill the screen.
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
        first = layer.foreign_parts[0]
        left.append(
            Problem(
                "legacy-parts",
                _old_parts_message(layer),
                first.start,
                first.end,
                _old_parts_hint(layer),
                why,
                _path(frames, layer),
                _old_parts_fix([layer]),
            )
        )
    return left


def _old_parts_message(layer: Layer) -> str:
    parts = layer.foreign_parts
    listed = _listed(layer, parts)
    # lr_mult outside of "param" is of no format.
    if all(part.name in OUTSIDE_PARAM for part in parts):
        return f'{listed} must be in "param"'
    return f'"layer" cannot have {listed} of the V1 format'


def _path(frames: dict[int, Frame], layer: Layer) -> tuple[Frame, ...]:
    frame = frames.get(layer.start)
    if frame is None:
        return ()
    return (frame,)


def _many_old_parts(mixed: list[Layer], why: str) -> Problem:
    counts: Counter[str] = Counter()
    for layer in mixed:
        names = [part.name for part in layer.foreign_parts]
        # Each name once: a layer has one blobs_lr for each of its blobs.
        counts.update(dict.fromkeys(names, 1))
    listed = ", ".join(f"{name} ({plural(n, 'layer')})" for name, n in counts.items())
    message = f'{len(mixed)} "layer" blocks have parts of the V1 format: {listed}'
    hint = f"here, {_old_parts_hint(mixed[0])}"
    first = mixed[0].foreign_parts[0]
    fix = _old_parts_fix(mixed)
    return Problem("legacy-parts", message, first.start, first.end, hint, why, (), fix)


def _listed(layer: Layer, parts: list[LayerField]) -> str:
    """The parts in words: ``type CONVOLUTION and blobs_lr``."""
    names: dict[str, str] = {}
    for part in parts:
        words = part.name
        if part.name == "type":
            words = f"type {layer.written(part)}"
        names.setdefault(part.name, words)
    *most, last = names.values()
    if not most:
        return last
    return f"{', '.join(most)} and {last}"


def _old_parts_hint(layer: Layer) -> str:
    words = []
    if layer.v1_type:
        words.append(f'type: "{V1_TYPES[layer.v1_type]}"')
    params = layer.params()
    if params is None:
        words.append("param { lr_mult: ... decay_mult: ... }")
    else:
        words += params
    return f"write {' '.join(words)}{_FIXED}"


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
