"""The quirks and limits of a target, applied to the layers of a net."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from math import prod
from typing import Any

from protogen import layers as layer_types
from protogen import proto
from protogen.diagnostics import Diagnostic
from protogen.graph import Step, Value
from protogen.portability.judgment import finding
from protogen.proto.fields import is_repeated
from protogen.shapes import Shape
from protogen.targets import Limit, Quirk, Target

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
        if quirk.types and layer.type not in quirk.types:
            continue
        if len(layer.bottom) < quirk.bottoms or len(layer.top) < quirk.tops:
            continue
        if quirk.most_bottoms and len(layer.bottom) > quirk.most_bottoms:
            continue
        if _applies(quirk, layer):
            yield quirk


def _is_at(where: str, step: Step) -> bool:
    """Whether a layer is where a quirk is: its first bottom has such a shape, or it is in place."""
    if not where:
        return True
    if where == "in place":
        return bool(step.in_place)
    if where == "in place at the end":
        return bool(step.in_place) and not any(top.readers for top in step.tops)
    first = step.bottoms[0] if step.bottoms else None
    if where == "in place on an input":
        return bool(step.in_place) and first is not None and first.step.is_source
    if where == "behind a layer in place":
        return first is not None and bool(first.step.in_place)
    shape = None if first is None else first.shape
    if shape is None:
        return False
    if where == "smaller than the kernel":
        return _is_smaller(shape, step)
    if where == "top unlike the second bottom":
        other = step.bottom_shapes[1] if len(step.bottoms) > 1 else None
        top = step.tops[0].shape if step.tops else None
        return other is not None and top is not None and other[1:] != top[1:]
    if where == "four axes":
        return len(shape) == 4
    if where == "neither image nor row" and len(shape) == 2 and shape[0] == 1:
        return False
    return len(shape) != 4


def _is_smaller(shape: Sequence[int | None], step: Step) -> bool:
    """Whether the kernel does not fit in a bottom with its padding. Caffe then has one window."""
    kernel, pad = _setting(step, "kernel"), max(_setting(step, "pad"), default=0)
    sizes = [size for size in shape[2:] if size is not None]
    return any(size + 2 * pad < each for size, each in zip(sizes, kernel * len(sizes)))


def _is_behind(quirk: Quirk, step: Step) -> bool:
    """Whether a layer reads nothing but what layers behind which there is no quirk produce."""
    if not quirk.unless_behind:
        return False
    return _come_from(quirk.unless_behind, quirk.past, step.bottoms)


def _come_from(
    types: Collection[str], past: Collection[str], values: Iterable[Value | None]
) -> bool:
    """Whether layers of some types produce all values; those of ``past`` are looked through."""
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
    field = path if written else path.partition(".")[0]
    source = target.source(quirk)
    about = {"field": field, "hint": quirk.fix, "why": f"{source.mark}: {source.text}"}
    return finding(target, quirk.effect, step, quirk.says, **about)


def _applies(quirk: Quirk, layer: proto.LayerParameter) -> bool:
    if quirk.when == "always":
        return True
    words = _words(layer, field_path(quirk, layer).split("."))
    if quirk.when == "missing":
        return not words
    if quirk.when == "given":
        return bool(words)
    if quirk.when == "alone":
        stem, axis = field_path(quirk, layer)[:-1], quirk.field[-1]
        other = stem + {"h": "w", "w": "h"}[axis]
        is_zero = all(_number(word) == 0 for word in words)
        return not is_zero and not _words(layer, other.split("."))
    if quirk.when == "unlike":
        return bool(words) and list(map(_number, words)) != list(map(_number, quirk.values))
    if quirk.when == "differ":
        return len(set(words)) > 1
    if quirk.when == "fewer":
        return bool(words) and len(words) < int(quirk.values[0])
    if quirk.when == "above":
        return any(float(word) > float(quirk.values[0]) for word in words)
    # By value: 1, 1.0 and 1e0 are written differently, and are the same.
    wanted = set(map(_number, quirk.values))
    return any((_number(word) in wanted) == (quirk.when == "is") for word in words)


def field_path(quirk: Quirk, layer: proto.LayerParameter) -> str:
    """The path of the field that a quirk is about; ``*`` is the message of the layer's type."""
    home, _, name = quirk.field.partition(".")
    if home != "*":
        return quirk.field
    schema = layer_types.find(layer.type)
    return f"{schema.param if schema else ''}.{name}"


def _words(message: Any, path: list[str]) -> list[str]:
    """The values of a field as words; none if it is not written."""
    name, *inner = path
    field = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        return []
    if is_repeated(field):
        values = list(getattr(message, name))
    elif message.HasField(name):
        values = [getattr(message, name)]
    else:
        return []
    if inner:
        return [word for value in values for word in _words(value, inner)]
    if field.enum_type is not None:
        return [field.enum_type.values_by_number[value].name for value in values]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _number(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word


# Limits ------------------------------------------------------------------------------------------


def limit_findings(target: Target, steps: Iterable[Step]) -> Iterator[Diagnostic]:
    """Where layers exceed the limits of the target."""
    for step in steps:
        for limit in target.limits:
            if limit.types and step.type not in limit.types:
                continue
            for value in _values(limit.value, step):
                if _outside(limit, value):
                    yield _limit_finding(target, limit, step, value)
                    break


def _outside(limit: Limit, value: int) -> bool:
    too_low = limit.least is not None and value < limit.least
    return too_low or (limit.most is not None and value > limit.most)


def _limit_finding(target: Target, limit: Limit, step: Step, value: int) -> Diagnostic:
    least, most = limit.least, limit.most
    if least is not None and most is not None:
        bounds = f"{least} to {most}" if least < most else str(least)
    else:
        bounds = f"at least {least}" if most is None else f"at most {most}"
    verb = {
        "refuses": "does not load it",
        "fails later": "cannot run it",
        "slow path": "runs it on the CPU",
        "computes otherwise": "computes something else",
        "ignores": "ignores it",
    }[limit.effect]
    source = target.source(limit)
    return finding(
        target,
        limit.effect,
        step,
        f"{verb}: {limit.value} {value}, where it takes {bounds}",
        field=_limited_field(step, limit.value),
        why=f"{source.mark}: {source.text}",
    )


def _limited_field(step: Step, value: str) -> str:
    param = step.schema.param if step.schema else ""
    return param if param and value in _SETTINGS else ""


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
    bottoms, tops = step.bottom_shapes, [top.shape for top in step.tops]
    if name == "area":
        # A single kernel_size is that of both axes.
        kernel = _setting(step, "kernel")
        return [prod(kernel if len(kernel) > 1 else kernel * 2)] if kernel else []
    if name in ("tops", "bottoms"):
        return [len(tops if name == "tops" else bottoms)]
    if name == "channels":
        return _sizes(bottoms[:1], 1, 2)
    if name == "size":
        return [*_sizes(bottoms, 2, None), *_sizes(tops, 2, None)]
    if name == "batch":
        return _sizes(bottoms[:1], 0, 1)
    if name == "axes":
        return [len(shape) for shape in bottoms if shape is not None]
    param = _parameters(step)
    value = getattr(param, name, None) if param is not None else None
    return [value] if isinstance(value, int) else []


def _sizes(shapes: Iterable[Shape], start: int, stop: int | None) -> list[int]:
    found: list[int] = []
    for shape in shapes:
        found += [size for size in (shape or ())[start:stop] if size is not None]
    return found


def _setting(step: Step, name: str) -> list[int]:
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
    if step.schema is None or not step.schema.param:
        return None
    return getattr(step.layer, step.schema.param)
