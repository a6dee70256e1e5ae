"""Why two bottoms differ: the way of each back to where both come from, and where they part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from protogen.analysis import Analysis
from protogen.checks._size_change import SizeChange, size_change
from protogen.graph import Step, Value
from protogen.schema import Fault
from protogen.shapes import format_shape

__all__ = ["Branch", "Divergence", "find_divergence"]

_NAMES = {2: "height", 3: "width"}

#: A blob and one of its axes.
_Place = tuple[Value, int]


@dataclass(frozen=True)
class Branch:
    """The way to one bottom: the layers on it that change the size, in the net's order."""

    start: Value
    before: int
    end: Value
    size: int
    changes: tuple[SizeChange, ...]

    def contribution(self, index: int) -> Fraction:
        """What the rounding of one of its layers adds to the size at the end."""
        added = self.changes[index].error
        for later in self.changes[index + 1 :]:
            added *= later.scale
        return added

    @property
    def rounding(self) -> Fraction:
        """What all its roundings add."""
        return sum(map(self.contribution, range(len(self.changes))), Fraction(0))

    def again(self, size: int, changed: Mapping[int, Any]) -> int | None:
        """Its size at the end for another at the start, or with some layers changed."""
        for each in self.changes:
            layer = changed.get(each.step.index, each.step.layer)
            made = each.again(size, layer)
            if made is None:
                return None
            size = made
        return size


@dataclass(frozen=True)
class Divergence:
    """Two bottoms of ``join`` that differ on ``axes``, and how each came by its size on the first.

    Both branches start at the blob that both are made from, or each at an input of its own.
    ``culprit`` is the rounding that does most of the difference, if one does.
    """

    join: Step
    axes: tuple[int, ...]
    branches: tuple[Branch, Branch]

    @property
    def culprit(self) -> SizeChange | None:
        one, other = self.branches
        if abs(one.size - one.rounding - other.size + other.rounding) >= 1:
            return None  # a stride or a kernel makes more of a difference than rounding does
        rounded = [
            (abs(branch.contribution(index)), each.step.layer.type == "Pooling", each)
            for branch in self.branches
            for index, each in enumerate(branch.changes)
            if each.error
        ]
        return max(rounded, key=lambda r: r[:2])[2] if rounded else None

    def may_agree(self, changed: Mapping[int, Any]) -> bool:
        """Whether the sizes agree with some layers changed, as far as arithmetic can tell."""
        return self._fit([each.again(each.before, changed) for each in self.branches])

    def sizes(
        self, analysis: Analysis, images: Collection[str]
    ) -> dict[int, Callable[[int], bool]]:
        """For each axis that differs, whether it might not with images of some other size."""
        return {axis: self._size(analysis, images, axis) for axis in self.axes}

    def _size(
        self, analysis: Analysis, images: Collection[str], axis: int
    ) -> Callable[[int], bool]:
        ways = (_branch(analysis, list(_way((each.end, axis))), None) for each in self.branches)
        whole = [way for way in ways if way is not None]

        def may_agree(size: int) -> bool:
            starts = [size if way.start.name in images else way.before for way in whole]
            return self._fit([way.again(start, {}) for way, start in zip(whole, starts)])

        return may_agree

    def _fit(self, ends: Sequence[int | None]) -> bool:
        if len(ends) < 2 or ends[0] is None or ends[1] is None:
            return True
        return ends[0] >= ends[1] if self.join.layer.type == "Crop" else ends[0] == ends[1]

    @property
    def where(self) -> str:
        """The two bottoms and their shapes."""
        ends = [branch.end for branch in self.branches]
        return ", ".join(
            f'{"bottom " * (end in self.join.bottoms)}"{end.name}" is {format_shape(end.shape)}'
            for end in ends
        )

    def why(self, analysis: Analysis) -> str:
        """Where the branches part, and what each layer on them does, a layer a line."""
        lines = [
            self._start(),
            *(line for each in self.branches for line in _account(analysis, each)),
        ]
        if len(self.axes) > 1 and not self._alike:
            lines.append("their widths differ too: {} and {}".format(*self._sizes(3)))
        return "\n".join(lines)

    def _sizes(self, axis: int) -> list[int | None]:
        return [branch.end.shape[axis] for branch in self.branches if branch.end.shape]

    @property
    def _alike(self) -> bool:
        """Whether height and width are of the same sizes, so that one account is good for both."""
        return len(self.axes) > 1 and self._sizes(2) == self._sizes(3)

    def _start(self) -> str:
        names = " and ".join(_NAMES[axis] for axis in self.axes[: 1 + self._alike])
        one, other = self.branches
        if one.start is other.start:
            return f'both come from "{one.start.name}" ({names} {one.before}){self._parting()}'
        start = f'they come from "{one.start.name}" and "{other.start.name}"'
        if one.before == other.before:
            return f"{start} (both of {names} {one.before}){self._parting()}"
        return f"{start}, of {names} {one.before} and {other.before}"

    def _parting(self) -> str:
        if self.culprit is None:
            every = [each for branch in self.branches for each in branch.changes]
            if len(every) == 1:
                layer = every[0].step.layer
                return f' and part at "{layer.name}", a {layer.type}: no other layer resizes it'
            nothing = "" if any(each.error for each in every) else " nothing is rounded,"
            return f";{nothing} the windows, strides and pads make the difference"
        way = "up" if self.culprit.error > 0 else "down"
        layer = self.culprit.step.layer
        return f' and part at "{layer.name}", a {layer.type}, which Caffe rounds {way}'


def _account(analysis: Analysis, branch: Branch) -> Iterator[str]:
    end = f'"{branch.end.name}" is {branch.size}'
    if not branch.changes:
        yield f"{end}: no layer resizes it"
        return
    yield f"{end}:"
    for each in branch.changes:
        yield f'  "{each.step.layer.name}"{_line(analysis, each.step)}: {each.sum}'


def _line(analysis: Analysis, step: Step) -> str:
    """`` (line 120)`` of a file; `` (net.py:12)`` of the user's program."""
    place = analysis.location(step)
    if place is None or not place.line:
        return ""
    return f" (line {place.line})"


def find_divergence(analysis: Analysis, join: Step) -> Divergence | None:
    """Account for the first two bottoms of a layer that differ in height or width.

    ``None`` where none do, or a size is not known.
    """
    for first, second in _pairs(analysis, join):
        axes = tuple(axis for axis in (2, 3) if _differ(join, first, second, axis))
        if axes:
            return _trace(analysis, join, first, second, axes)
    return None


def _pairs(analysis: Analysis, join: Step) -> Iterator[tuple[Value, Value]]:
    """The blobs to compare: its bottoms, or those of the layer it shares a parameter with."""
    bottoms = [_image(value) for value in join.bottoms]
    if len(bottoms) == 1:
        bottoms += [_image(owner.bottoms[0]) for owner in _owners(analysis, join)]
    for other in bottoms[1:]:
        if bottoms[0] is not None and other is not None:
            yield bottoms[0], other


def _owners(analysis: Analysis, join: Step) -> Iterator[Step]:
    shared = {param.name for param in join.layer.param if param.name}
    for step in analysis.steps:
        if step is join:
            return
        if step.bottoms and shared & {param.name for param in step.layer.param}:
            yield step


def _image(value: Value | None) -> Value | None:
    """The blob itself, or what it was before it was flattened: one with a height and a width."""
    while value is not None and value.shape is not None and len(value.shape) != 4:
        bottoms = value.step.bottoms
        value = bottoms[0] if len(bottoms) == 1 else None
    return value if value is not None and value.shape is not None else None


def _differ(join: Step, first: Value, second: Value, axis: int) -> bool:
    """Whether the join wants these to agree, and they do not."""
    assert first.shape is not None
    assert second.shape is not None
    one, other = first.shape[axis], second.shape[axis]
    if one is None or other is None:
        return False
    layer = join.layer
    if layer.type == "Crop":
        return one < other
    if layer.type == "Concat" and axis == layer.concat_param.axis % 4:
        return False
    return one != other


def _trace(
    analysis: Analysis, join: Step, first: Value, second: Value, axes: tuple[int, ...]
) -> Divergence | None:
    ways = [list(_way((value, axes[0]))) for value in (first, second)]
    other = set(ways[1])
    common = next((place for place in ways[0] if place in other), None)
    branches = [_branch(analysis, way, common) for way in ways]
    if None in branches:
        return None
    return Divergence(join, axes, tuple(branches))  # type: ignore[arg-type]


def _size(place: _Place) -> int | None:
    value, axis = place
    return value.shape[axis] if value.shape is not None else None


def _way(place: _Place | None) -> Iterator[_Place]:
    """From a blob back to the input, along whatever gives it its size on this axis."""
    while place is not None:
        yield place
        place = _giver(*place)


def _giver(value: Value, axis: int) -> _Place | None:
    """The bottom, and the axis of it, that decides a top's size on an axis."""
    step = value.step
    if not step.bottoms:
        return None
    bottom, layer = step.bottoms[0], step.layer
    if layer.type == "Crop" and axis >= layer.crop_param.axis % 4:
        bottom = step.bottoms[1]
    elif layer.type == "Concat" and axis == layer.concat_param.axis % 4:
        return None
    elif layer.type == "Permute":
        order = list(layer.permute_param.order)
        axis = [*order, *(a for a in range(4) if a not in order)][axis]
    if bottom is None or bottom.shape is None or len(bottom.shape) != 4:
        return None
    return bottom, axis


def _branch(analysis: Analysis, way: list[_Place], common: _Place | None) -> Branch | None:
    """What happens on the way down from the common blob; ``None`` where a size is not known."""
    end = way.index(common) if common else len(way) - 1
    places = way[: end + 1][::-1]
    sizes: list[Any] = [_size(place) for place in places]
    if None in sizes:
        return None
    found = []
    for (_, axis), (value, _), before, after in zip(places, places[1:], sizes, sizes[1:]):
        try:
            each = size_change(analysis, value.step, axis, before, after)
        except Fault:
            return None
        if each.matters:
            found.append(each)
    return Branch(places[0][0], sizes[0], way[0][0], sizes[-1], tuple(found))
