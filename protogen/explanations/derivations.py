"""Where the size of an axis comes from, asked of the rules of the layers themselves.

If the size of a bottom's axis is unknown, a layer's rule leaves unknown what depends on it. That
holds for every layer type, so a way back never follows an axis through a layer that sets it: the
channels of a Convolution come from ``num_output``, and a Permute moves an axis elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple

from protogen.analysis import Analysis
from protogen.edits import Edit, EditError, parse_path
from protogen.explanations.equations import equation
from protogen.explanations.size_change import SizeChange, size_arithmetic
from protogen.field_changes import apply
from protogen.graph import Step, Value
from protogen.proto import LayerParameter
from protogen.proto.fields import INTEGER_RANGES, has_field, is_repeated
from protogen.schema import Fault
from protogen.shapes import Shape

__all__ = ["Derivation", "Derivations", "Kind", "Place", "Setting"]


class Place(NamedTuple):
    """One axis of a blob."""

    value: Value
    axis: int

    @property
    def size(self) -> int | None:
        """The size of the axis, if it is known."""
        shape = self.value.shape
        if shape is None or self.axis >= len(shape):
            return None
        return shape[self.axis]

    @property
    def known_size(self) -> int:
        """The size of the axis, which must be known."""
        size = self.size
        assert size is not None
        return size

    @property
    def name(self) -> str:
        """``height``, or ``axis 1`` if the blob does not have Caffe's four axes."""
        shape = self.value.shape or ()
        if len(shape) != len(_NAMES):
            return f"axis {self.axis}"
        return _NAMES[self.axis]


_NAMES = ("batch size", "channels", "height", "width")


class Setting(NamedTuple):
    """A field of a layer that sets a size. The size grows by ``scale`` for each 1 of ``value``."""

    step: Step
    field: str
    value: int
    scale: int

    @property
    def name(self) -> str:
        """The name of the field, such as ``num_output``."""
        return self.field.rpartition(".")[2].partition("[")[0]

    def text(self, value: int) -> str:
        """``num_output: 28``."""
        return f"{self.name}: {value}"


class Kind(Enum):
    """How the size of a place comes about."""

    GIVEN = "the layer has no bottoms"
    SET = "the layer sets it, whatever its bottoms are"
    KEPT = "the size of an axis of a bottom"
    CHANGED = "computed from an axis of a bottom"
    PRODUCT = "the product of several axes and a number"
    SUM = "the sum of several axes"
    UNKNOWN = "computed in a way that is not known"


@dataclass(frozen=True)
class Derivation:
    """How the size of a place comes about, and from which axes of the layer's bottoms."""

    place: Place
    kind: Kind
    sources: tuple[Place, ...] = ()
    #: What a layer does to its single source.
    change: SizeChange | None = None
    #: The field that sets the size.
    setting: Setting | None = None
    #: The number by which a product is multiplied.
    factor: Fraction = Fraction(1)

    @property
    def equation(self) -> str:
        """The arithmetic of a product or a sum, or nothing if there is none to show."""
        sizes = [str(source.size) for source in self.sources]
        total = self.place.known_size
        if self.kind is Kind.SUM:
            return equation(" + ".join(sizes), total)
        if self.kind is not Kind.PRODUCT:
            return ""
        multiplier, divisor = self.factor.as_integer_ratio()
        if multiplier != 1:
            sizes.append(str(multiplier))
        text = " * ".join(sizes)
        if divisor != 1:
            text += f" / {divisor}"
        return equation(text, total)


class Derivations:
    """The derivations of the sizes in one analysis, each found once."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._found: dict[Place, Derivation] = {}

    def of(self, place: Place) -> Derivation:
        """How the size of a place comes about."""
        if place not in self._found:
            self._found[place] = _derive(self.analysis, place)
        return self._found[place]

    def way(self, place: Place) -> list[Place]:
        """The places from this one back, as long as each has a single source."""
        found = [place]
        while True:
            derivation = self.of(found[-1])
            if derivation.kind not in (Kind.KEPT, Kind.CHANGED):
                return found
            found.append(derivation.sources[0])

    def roots(self, place: Place) -> set[Place]:
        """The places of inputs that a size comes from, on all ways back."""
        found, seen, waiting = set(), {place}, [place]
        while waiting:
            each = waiting.pop()
            derivation = self.of(each)
            if derivation.kind is Kind.GIVEN:
                found.add(each)
            # Ways meet again, as those around a residual block: each place is looked at once.
            new = set(derivation.sources) - seen
            seen |= new
            waiting += new
        return found

    def factors(self, place: Place) -> list[Place]:
        """The places whose sizes this size is the product of, such as those before a Flatten."""
        way = self.way(place)
        derivation = self.of(way[-1])
        if derivation.kind is not Kind.PRODUCT or derivation.factor != 1:
            return [place]
        kinds = [self.of(each).kind for each in way]
        # A size that changes on the way is no longer the product.
        if Kind.CHANGED in kinds:
            return [place]
        found = []
        # A Flatten of a Flatten: each factor may be a product itself.
        for source in derivation.sources:
            found += self.factors(source)
        return found


#: An axis of a bottom: the index of the bottom, and the axis.
_Input = tuple[int, int]


# One step back ---------------------------------------------------------------------------------


def _derive(analysis: Analysis, place: Place) -> Derivation:
    if not place.value.step.bottoms:
        return Derivation(place, Kind.GIVEN)
    rule = _LayerRule(analysis, place)
    inputs = rule.find_inputs()
    if inputs is None:
        return Derivation(place, Kind.UNKNOWN)
    if not inputs:
        return Derivation(place, Kind.SET, setting=_setting(rule, place))
    if len(inputs) == 1:
        return _single(analysis, rule, place, inputs[0])
    sources = tuple(map(rule.source, inputs))
    factor = rule.product_factor()
    if factor is not None:
        return Derivation(place, Kind.PRODUCT, sources, factor=factor)
    if rule.is_sum():
        return Derivation(place, Kind.SUM, sources)
    return Derivation(place, Kind.UNKNOWN, sources)


def _single(analysis: Analysis, rule: _LayerRule, place: Place, source: _Input) -> Derivation:
    before = rule.source(source)
    size, after = before.known_size, place.known_size

    def size_from(other: int) -> int | None:
        return rule.size_with({source: other})

    # Three sizes in a row: a stride of 2 keeps a single one by chance, as 1 of 1.
    if all(size_from(each) == each for each in (size, size + 1, size + 2)):
        return Derivation(place, Kind.KEPT, (before,))
    step, (bottom, axis) = place.value.step, source
    arithmetic = size_arithmetic(analysis, step, axis, size, after, size_from)
    change = SizeChange(step, bottom, axis, place.value.top, place.axis, size, after, arithmetic)
    return Derivation(place, Kind.CHANGED, (before,), change=change)


# Asking a layer's rule -------------------------------------------------------------------------


class _LayerRule:
    """The rule for one size of a top. It can be asked what the size is for other bottoms.

    The size depends on its ``inputs``. All other sizes of the bottoms are unknown when it is asked,
    so that a rule that compares bottoms has nothing to reject.
    """

    def __init__(self, analysis: Analysis, place: Place) -> None:
        self._step = place.value.step
        self._place = place
        self._shapes = self._step.bottom_shapes
        self._phase = analysis.state.number
        if self._step.layer.HasField("phase"):
            self._phase = self._step.layer.phase
        self.inputs: list[_Input] = []

    def source(self, source: _Input) -> Place:
        """The place of an input."""
        value = self._step.bottoms[source[0]]
        assert value is not None
        return Place(value, source[1])

    def find_inputs(self) -> list[_Input] | None:
        """The axes that the size depends on; ``None`` if the rule does not say the size."""
        if self._place.size is None or None in self._shapes:
            return None
        try:
            # A size may have been given or stated from outside, and not by the layer's rule.
            if self._infer(self._shapes, self._step.layer) != self._place.size:
                return None
            self.inputs = list(filter(self._needs, self._known_axes()))
        except Fault:
            return None
        return self.inputs

    def _known_axes(self) -> Iterator[_Input]:
        """The axes of the bottoms with a known size."""
        for bottom, shape in enumerate(self._shapes):
            for axis, size in enumerate(shape or ()):
                if size is not None:
                    yield bottom, axis

    def _needs(self, source: _Input) -> bool:
        """Whether the size is unknown without the size of this axis."""
        bottom, axis = source
        shape = self._shapes[bottom] or ()
        without = list(self._shapes)
        without[bottom] = (*shape[:axis], None, *shape[axis + 1 :])
        return self._infer(without, self._step.layer) is None

    def size_with(
        self, sizes: Mapping[_Input, int], layer: LayerParameter | None = None
    ) -> int | None:
        """The size with other sizes of some inputs, or of another layer; ``None`` if rejected."""
        shapes = []
        for bottom, shape in enumerate(self._shapes):
            known: list[int | None] = []
            for axis, size in enumerate(shape or ()):
                source = bottom, axis
                # What has no influence stays unknown, so that it cannot be a fault either.
                if source in self.inputs:
                    known.append(sizes.get(source, size))
                else:
                    known.append(None)
            shapes.append(tuple(known))
        if layer is None:
            layer = self._step.layer
        try:
            return self._infer(shapes, layer)
        except Fault:
            return None

    def product_factor(self) -> Fraction | None:
        """The number that the product of the inputs is multiplied by; ``None`` for no product."""
        sizes = self._input_sizes()
        size = self._place.known_size
        product = math.prod(sizes.values())
        # Twice nothing is nothing: with a size of 0, every function looks like a product.
        if not size or not product:
            return None
        # Doubling one factor doubles a product; doubling one part does not double a sum.
        for source, each in sizes.items():
            doubled = self.size_with({source: 2 * each})
            if doubled != 2 * size:
                return None
        return Fraction(size, product)

    def is_sum(self) -> bool:
        """Whether the size is the sum of the inputs."""
        sizes = self._input_sizes()
        size = self._place.known_size
        if size != sum(sizes.values()):
            return False
        one_more = [self.size_with({source: each + 1}) for source, each in sizes.items()]
        return set(one_more) == {size + 1}

    def _input_sizes(self) -> dict[_Input, int]:
        return {source: self.source(source).known_size for source in self.inputs}

    def _infer(self, shapes: Sequence[Shape], layer: LayerParameter) -> int | None:
        """The size for bottoms with these shapes. Raises `Fault` if the layer rejects them."""
        step = self._step
        if step.schema is None:
            return None
        facts = step.schema.infer(layer, tuple(shapes), len(step.tops), self._phase, step.in_place)
        shape = facts.tops[self._place.value.top]
        if not shape or self._place.axis >= len(shape):
            return None
        return shape[self._place.axis]


# Fields that set a size ------------------------------------------------------------------------


def _setting(rule: _LayerRule, place: Place) -> Setting | None:
    """The field that sets a size: if its value grows, so does the size."""
    step = place.value.step
    found = []
    for path, value in _numbers(step):
        # A group may divide only multiples of the value.
        for larger in (value + 1, 2 * value):
            scale = _growth(rule, place, path, value, larger)
            if scale:
                found.append(Setting(step, path, value, scale))
                break
    # A field that has the size itself explains it best: of `dim: 0 dim: 21`, the second.
    return max(found, key=lambda setting: setting.value == place.size, default=None)


def _growth(rule: _LayerRule, place: Place, path: str, value: int, larger: int) -> int:
    """By how much the size grows for each 1 of a field; 0 if it does not."""
    if larger <= value:
        return 0
    layer = LayerParameter()
    layer.CopyFrom(place.value.step.layer)
    try:
        apply(layer, [Edit(parse_path(path), "set", larger)])
    except EditError:  # more than the field can hold
        return 0
    size = rule.size_with({}, layer)
    if size is None:
        return 0
    growth = Fraction(size - place.known_size, larger - value)
    if growth <= 0 or growth.denominator != 1:
        return 0
    return growth.numerator


def _numbers(step: Step) -> Iterator[tuple[str, int]]:
    """The integer fields that are written in the parameters of a layer, and their values."""
    if step.schema is None:
        return
    for name in step.schema.params:
        if has_field(step.layer, name):
            yield from _numbers_in(getattr(step.layer, name), name)


def _numbers_in(message: Any, path: str) -> Iterator[tuple[str, int]]:
    """The integer fields in a message by their paths, and their values."""
    for field, value in message.ListFields():
        name = f"{path}.{field.name}"
        elements = {name: value}
        if is_repeated(field):
            elements = {f"{name}[{i}]": each for i, each in enumerate(value)}
        is_message = field.message_type is not None
        is_integer = field.type in INTEGER_RANGES
        for place, each in elements.items():
            if is_message:
                yield from _numbers_in(each, place)
            elif is_integer:
                yield place, int(each)
