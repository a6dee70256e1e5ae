"""The quirks and limits of a target, applied to the layers of a net."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from protogen import layers as layer_types
from protogen import proto
from protogen.diagnostics import Diagnostic
from protogen.graph import Step, Value
from protogen.portability.judgment import finding
from protogen.portability.mnn import can_flatten
from protogen.portability.openvino import broadcast
from protogen.proto.fields import is_repeated
from protogen.shapes import Shape
from protogen.targets import Effect, Limit, Quirk, Target

__all__ = ["field_path", "limit_findings", "quirk_findings", "quirks_of"]


def quirk_findings(target: Target, steps: Iterable[Step]) -> Iterator[Diagnostic]:
    """What the target does otherwise with the layers, as its quirks say."""
    for step in steps:
        for quirk in quirks_of(target, step.layer):
            if _is_at(quirk.where, step) and not _is_behind(quirk, step):
                yield _quirk_finding(target, quirk, step)


def quirks_of(target: Target, layer: proto.LayerParameter) -> Iterator[Quirk]:
    """The quirks of a target that concern a layer, as far as its fields say."""
    for quirk in target.quirks:
        # The type is by far the cheapest test, and decides most.
        if quirk.types and layer.type not in quirk.types:
            continue
        if _has_bottoms_and_tops(quirk, layer) and _applies(quirk, layer):
            yield quirk


def _has_bottoms_and_tops(quirk: Quirk, layer: proto.LayerParameter) -> bool:
    """Whether a layer has as many bottoms and tops as a quirk is about."""
    bottoms = len(layer.bottom)
    most = quirk.most_bottoms or bottoms
    return quirk.bottoms <= bottoms <= most and quirk.tops <= len(layer.top)


def _is_at(where: str, step: Step) -> bool:
    """Whether a layer is where a quirk is: its first bottom has such a shape, or it is in place."""
    if not where:
        return True
    if where in _PLACES:
        return _PLACES[where](step)
    first = step.bottoms[0] if step.bottoms else None
    # Where nothing is known, nothing is reported.
    if first is None or first.shape is None:
        return False
    if where in _FORMS:
        return _FORMS[where](first.shape)
    return _LAYERS[where](step)


def _is_in_place_on_input(step: Step) -> bool:
    first = step.bottoms[0] if step.bottoms else None
    return bool(step.in_place) and first is not None and first.step.is_source


def _is_behind_layer_in_place(step: Step) -> bool:
    first = step.bottoms[0] if step.bottoms else None
    return first is not None and bool(first.step.in_place)


#: The places in a net that a quirk may be limited to, whatever the shapes are.
_PLACES: Mapping[str, Callable[[Step], bool]] = {
    "behind a layer in place": _is_behind_layer_in_place,
    "in place": lambda step: bool(step.in_place),
    "in place at the end": lambda step: (
        bool(step.in_place) and not any(top.readers for top in step.tops)
    ),
    "in place on an input": _is_in_place_on_input,
}


_Known = tuple[int | None, ...]


def _is_row(shape: _Known) -> bool:
    """Whether it is one image flattened, 1 x n: a program without a batch reads it correctly."""
    return len(shape) == 2 and shape[0] == 1


#: The forms of a first bottom that a quirk may be limited to.
_FORMS: Mapping[str, Callable[[_Known], bool]] = {
    "four axes": lambda shape: len(shape) == 4,
    "neither image nor row": lambda shape: len(shape) != 4 and not _is_row(shape),
    "not four axes": lambda shape: len(shape) != 4,
    "one axis": lambda shape: len(shape) == 1,
}


def _differs_beside_channels(step: Step) -> bool:
    """Whether the bottoms differ on an axis other than the channels."""
    others = {shape[:1] + shape[2:] for shape in step.bottom_shapes if shape is not None}
    return len(others) > 1


def _differs_from_second_bottom(step: Step) -> bool:
    """Whether the top has other sizes than the second bottom, apart from the batch."""
    other = step.bottom_shapes[1] if len(step.bottoms) > 1 else None
    top = step.tops[0].shape if step.tops else None
    return other is not None and top is not None and other[1:] != top[1:]


def _is_smaller_than_kernel(step: Step) -> bool:
    """Whether the kernel does not fit in the padded bottom. Caffe then pools one window."""
    shape = step.bottom_shapes[0] or ()
    pad = max(_setting(step, "pad"), default=0)
    sizes = [size for size in shape[2:] if size is not None]
    kernel = _setting(step, "kernel") * len(sizes)
    return any(size + 2 * pad < each for size, each in zip(sizes, kernel))


#: What else a quirk may be limited to, which depends on the parameters or on other bottoms.
_LAYERS: Mapping[str, Callable[[Step], bool]] = {
    "broadcast otherwise": lambda step: broadcast(step) == "broadcast otherwise",
    "broadcast to no shape": lambda step: broadcast(step) == "broadcast to no shape",
    "flattened to no shape": lambda step: not can_flatten(step),
    "smaller than the kernel": _is_smaller_than_kernel,
    "top unlike the second bottom": _differs_from_second_bottom,
    "unlike bottoms": _differs_beside_channels,
}


def _is_behind(quirk: Quirk, step: Step) -> bool:
    """Whether all bottoms of a layer come from layers after which there is no quirk."""
    if not quirk.unless_behind:
        return False
    return _come_from(quirk.unless_behind, quirk.past, step.bottoms)


def _come_from(
    types: Collection[str], past: Collection[str], values: Iterable[Value | None]
) -> bool:
    """Whether layers of some types produce all values, directly or through layers of ``past``."""
    open_values, seen = list(values), set()
    while open_values:
        value = open_values.pop()
        if value is None:
            return False
        if value.step.type in types or value in seen:
            continue
        if value.step.type not in past or not value.step.bottoms:
            return False
        seen.add(value)
        open_values += value.step.bottoms
    return True


def _quirk_finding(target: Target, quirk: Quirk, step: Step) -> Diagnostic:
    written = quirk.when not in ("always", "missing")
    path = field_path(quirk, step.layer)
    # A field that is not written has no place to point at.
    field = path if written else path.partition(".")[0]
    source = target.source(quirk)
    about = {"field": field, "hint": quirk.fix, "why": f"{source.mark}: {source.text}"}
    return finding(target, quirk.effect, step, quirk.says, **about)


def _applies(quirk: Quirk, layer: proto.LayerParameter) -> bool:
    """Whether a layer has the values of fields that a quirk is about."""
    if quirk.also and not _words(layer, quirk.also.split(".")):
        return False
    if quirk.when == "always":
        return True
    words = _words(layer, field_path(quirk, layer).split("."))
    if not words:
        return quirk.when == "missing"
    if quirk.when in ("given", "missing"):
        return quirk.when == "given"
    if quirk.when == "alone":
        return _is_alone(quirk, layer, words)
    return _COMPARISONS[quirk.when](_Values(words, quirk.values))


def _is_alone(quirk: Quirk, layer: proto.LayerParameter, words: Sequence[str]) -> bool:
    """Whether a field such as ``kernel_h`` is given, other than 0, and ``kernel_w`` is not."""
    if all(_number(word) == 0 for word in words):
        return False
    path = field_path(quirk, layer)
    other = path[:-1] + {"h": "w", "w": "h"}[path[-1]]
    return not _words(layer, other.split("."))


class _Values(NamedTuple):
    """The values of a field, at least one, and those that a quirk names."""

    words: Sequence[str]
    values: Sequence[str]

    @property
    def numbers(self) -> list[float | str]:
        """The values as numbers: 1, 1.0 and 1e0 are written differently, and are the same."""
        return list(map(_number, self.words))

    @property
    def wanted(self) -> list[float | str]:
        """The values of the quirk as numbers."""
        return list(map(_number, self.values))

    def are_unlike(self) -> bool:
        """Whether the list as a whole differs from that of the quirk."""
        return self.numbers != self.wanted

    def differ(self) -> bool:
        """Whether there are two values, such as strides of height and width, that differ."""
        return len(set(self.words)) > 1

    def are_fewer(self) -> bool:
        """Whether there are fewer values than the quirk says."""
        return len(self.words) < int(self.values[0])

    def exceed(self) -> bool:
        """Whether a value is above the one of the quirk."""
        most = float(self.values[0])
        return any(float(word) > most for word in self.words)

    def include(self) -> bool:
        """Whether a value is among those of the quirk."""
        return not set(self.wanted).isdisjoint(self.numbers)

    def exclude(self) -> bool:
        """Whether a value is not among those of the quirk."""
        return not set(self.wanted).issuperset(self.numbers)


#: How the values of a field and of a quirk have to compare, by the word for it in a target's file.
_COMPARISONS: Mapping[str, Callable[[_Values], bool]] = {
    "above": _Values.exceed,
    "differ": _Values.differ,
    "fewer": _Values.are_fewer,
    "is": _Values.include,
    "not": _Values.exclude,
    "unlike": _Values.are_unlike,
}


def field_path(quirk: Quirk, layer: proto.LayerParameter) -> str:
    """The path of the field that a quirk is about; ``*`` is the message of the layer's type."""
    home, _, name = quirk.field.partition(".")
    if home != "*":
        return quirk.field
    # An unknown type has no message, so that no quirk of its fields applies.
    schema = layer_types.find(layer.type)
    home = schema.param if schema else ""
    return f"{home}.{name}"


def _words(message: Any, path: list[str]) -> list[str]:
    """The values of a field as words; none if it is not written."""
    name, *inner = path
    field = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        return []
    words: list[str] = []
    for each in _written_values(message, field):
        if inner:
            words += _words(each, inner)
        else:
            words.append(_word(field, each))
    return words


def _written_values(message: Any, field: Any) -> list[Any]:
    """The values of a field; none if it has its default only."""
    value = getattr(message, field.name)
    if is_repeated(field):
        return list(value)
    return [value] if message.HasField(field.name) else []


def _word(field: Any, value: Any) -> str:
    """A value as a target's file spells it: an enum value by its name, booleans in lower case."""
    if field.enum_type is not None:
        return str(field.enum_type.values_by_number[value].name)
    word = str(value)
    return word.lower() if isinstance(value, bool) else word


def _number(word: str) -> float | str:
    """A word as a number if it is one, else as it is."""
    try:
        return float(word)
    except ValueError:
        return word


# Limits ------------------------------------------------------------------------------------------


def limit_findings(target: Target, steps: Iterable[Step]) -> Iterator[Diagnostic]:
    """Where layers exceed the limits of the target."""
    for step in steps:
        for limit in target.limits:
            # One finding is enough for a limit, even if height and width both exceed it.
            value = _first_outside(limit, step)
            if value is not None:
                yield _limit_finding(target, limit, step, value)


def _first_outside(limit: Limit, step: Step) -> int | None:
    """The first value of a layer that a limit does not allow."""
    if limit.types and step.type not in limit.types:
        return None
    for value in _values(limit.value, step):
        if _is_outside(limit, value):
            return value
    return None


def _is_outside(limit: Limit, value: int) -> bool:
    """Whether a value is below the least or above the most; a bound may be open."""
    if limit.least is not None and value < limit.least:
        return True
    return limit.most is not None and value > limit.most


#: What happens to a layer outside a limit, as the end of a sentence about the target.
_VERBS: Mapping[Effect, str] = {
    "refuses": "does not load it",
    "fails later": "cannot run it",
    "slow path": "runs it on the CPU",
    "computes otherwise": "computes something else",
    "ignores": "ignores it",
}


def _limit_finding(target: Target, limit: Limit, step: Step, value: int) -> Diagnostic:
    verb = _VERBS[limit.effect]
    source = target.source(limit)
    return finding(
        target,
        limit.effect,
        step,
        f"{verb}: {limit.value} {value}, where it takes {_bounds(limit)}",
        field=_limited_field(step, limit.value),
        why=f"{source.mark}: {source.text}",
    )


def _bounds(limit: Limit) -> str:
    """What a target takes: "1 to 8", "at least 1", "at most 8" or a single value."""
    least, most = limit.least, limit.most
    if most is None:
        return f"at least {least}"
    if least is None:
        return f"at most {most}"
    return f"{least} to {most}" if least < most else str(least)


def _limited_field(step: Step, value: str) -> str:
    """The message that holds a setting of the kernel; empty for what no single message holds."""
    if step.schema is None or value not in _SETTINGS:
        return ""
    return step.schema.param


#: The fields of a kernel setting: the one for both axes, and those for each.
_SETTINGS = {
    "kernel": ("kernel_size", "kernel_h", "kernel_w"),
    "stride": ("stride", "stride_h", "stride_w"),
    "pad": ("pad", "pad_h", "pad_w"),
    "dilation": ("dilation",),
}


def _values(name: str, step: Step) -> list[int]:
    """The values of a layer that a limit is about; none if they are not known."""
    if name in _SETTINGS:
        return _setting(step, name)
    measure = _MEASURES.get(name)
    if measure is not None:
        return measure(step)
    # Any other name is that of a field, such as num_output or group.
    value = getattr(_parameters(step), name, None)
    return [value] if isinstance(value, int) else []


def _area(step: Step) -> list[int]:
    """The number of elements in a window."""
    kernel = _setting(step, "kernel")
    if not kernel:
        return []
    # A single kernel_size is that of both axes.
    is_square = len(kernel) == 1
    return [prod(kernel * 2 if is_square else kernel)]


def _axes(step: Step) -> list[int]:
    """The number of axes of each bottom."""
    return [len(shape) for shape in step.bottom_shapes if shape is not None]


def _batch(step: Step) -> list[int]:
    return _sizes(step.bottom_shapes[:1], 0, 1)


def _bottoms(step: Step) -> list[int]:
    return [len(step.bottoms)]


def _channels(step: Step) -> list[int]:
    return _sizes(step.bottom_shapes[:1], 1, 2)


def _height_and_width(step: Step) -> list[int]:
    """The sizes of all images that a layer reads and produces."""
    tops = [top.shape for top in step.tops]
    return _sizes([*step.bottom_shapes, *tops], 2, None)


def _tops(step: Step) -> list[int]:
    return [len(step.tops)]


#: What a limit may be about besides the fields of a layer.
_MEASURES: Mapping[str, Callable[[Step], list[int]]] = {
    "area": _area,
    "axes": _axes,
    "batch": _batch,
    "bottoms": _bottoms,
    "channels": _channels,
    "size": _height_and_width,
    "tops": _tops,
}


def _sizes(shapes: Iterable[Shape], start: int, stop: int | None) -> list[int]:
    """The known sizes of some axes of each shape."""
    found: list[int] = []
    for shape in shapes:
        sizes = (shape or ())[start:stop]
        found += [size for size in sizes if size is not None]
    return found


def _setting(step: Step, name: str) -> list[int]:
    """The kernel, stride, pad or dilation as written: for both axes, or for each."""
    param = _parameters(step)
    if param is None:
        return []
    if name == "kernel" and getattr(param, "global_pooling", False):
        # Its one window is the whole bottom.
        return _sizes(step.bottom_shapes[:1], 2, None)
    found: list[int] = []
    for field in _SETTINGS[name]:
        found += [int(word) for word in _words(param, [field])]
    return found


def _parameters(step: Step) -> Any:
    """The message with the parameters of a layer, if its type is known to have one."""
    if step.schema is None or not step.schema.param:
        return None
    return getattr(step.layer, step.schema.param)
