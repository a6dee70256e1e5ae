from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.coordinates import Alignment, Unaligned, aligned_crop, alignments
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix
from protogen.explanations.repairs import accepted
from protogen.graph import Step, Value
from protogen.rules import Rule

#: An offset between two elements cannot be met exactly; either of the two will do.
_TOLERANCE = 1

_AXES = {2: "height", 3: "width"}


@register
class MisalignedCrop(Check):
    rule = Rule(
        code="S208",
        name="misaligned-crop",
        # Caffe checks only that the crop fits.
        severity=Severity.WARNING,
        summary="A Crop whose offset does not align its two bottoms.",
        what="""
            Traces both bottoms of a Crop back to a blob that they have in common, and adds up
            what every kernel, stride, pad and offset on the way does to the positions of elements.
            Reports an offset that is off by one element or more. Paths of different scales, and
            bottoms that are not connected, are not compared.
            """,
        why="""
            Caffe crops wherever `offset` says. The net loads and trains, but its result is shifted
            relative to the image. Half the difference of the sizes is often wrong: in FCN-32s the
            offset is 19, not 22.
            """,
        fix="""
            Use the offset in the hint. `protogen.crop_offset(net, a, b)` computes it, and so does
            `L.Crop(a, b, offset="aligned")`.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 64 dim: 64 } }
            }
            layer {
              name: "conv" type: "Convolution" bottom: "data" top: "conv"
              convolution_param { num_output: 4 kernel_size: 3 }
            }
            layer {
              name: "crop" type: "Crop" bottom: "data" bottom: "conv" top: "crop"
              crop_param { axis: 2 offset: 0 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 64 dim: 64 } }
            }
            layer {
              name: "conv" type: "Convolution" bottom: "data" top: "conv"
              convolution_param { num_output: 4 kernel_size: 3 }
            }
            layer {
              name: "crop" type: "Crop" bottom: "data" bottom: "conv" top: "crop"
              crop_param { axis: 2 offset: 1 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("Crop"):
            # A layer whose text has errors has no faults, but may lack bottoms.
            if step.faults or len(step.bottoms) != 2:
                continue
            cropped, reference = step.bottoms
            if cropped is None or reference is None or cropped.shape is None:
                continue
            shifts = _shifts(analysis, step, cropped, reference)
            amounts = [abs(shift.amount) for shift in shifts]
            # Ways through different layers may disagree; one that fits is reason enough.
            if min(amounts, default=0) >= _TOLERANCE:
                yield self._misaligned(analysis, step, cropped, reference, shifts[0])

    def _misaligned(
        self, analysis: Analysis, step: Step, cropped: Value, reference: Value, shift: Shift
    ) -> Diagnostic:
        return self.found(
            step,
            f'offset {shift.offset} shifts "{cropped.name}" relative to "{reference.name}" by'
            f" {_elements(shift.amount)} ({' and '.join(shift.axes)}); the aligned offset is"
            f" {_decimal(shift.offset - shift.amount)}",
            field=_written_field(step),
            fix=_fix(analysis, step, cropped, reference),
        )


def _written_field(step: Step) -> str:
    """The field to point at; without an offset, the layer as a whole."""
    if not step.layer.crop_param.offset:
        return ""
    return "crop_param.offset"


class Shift(NamedTuple):
    """The offset of a Crop, by how many elements that is too much, and on which axes."""

    offset: int
    amount: Fraction
    axes: list[str]


def _shifts(analysis: Analysis, step: Step, cropped: Value, reference: Value) -> list[Shift]:
    """The largest shift on each way that connects the two bottoms; none if they have two scales."""
    try:
        found = alignments(analysis, cropped, reference)
    except Unaligned:
        return []
    shifts = []
    for alignment in found:
        # An element of one is several of the other, so that no offset aligns them.
        if set(alignment.scales) - {1}:
            return []
        shifts.append(_largest_shift(step, len(cropped.shape or ()), alignment))
    return shifts


def _largest_shift(step: Step, axes: int, alignment: Alignment) -> Shift:
    """The shift on the axis, or the axes, on which the offset is wrong by most."""
    found: dict[tuple[int, Fraction], list[str]] = {(0, Fraction(0)): []}
    for axis, offset in enumerate(_offsets(step, axes)):
        if offset is None or axis < alignment.axis:
            continue
        amount = offset - alignment.offsets[axis - alignment.axis]
        name = _AXES.get(axis, f"axis {axis}")
        found.setdefault((offset, amount), []).append(name)
    # Height and width with the same offset and shift are one entry, and named together.
    offset, amount = max(found, key=lambda key: abs(key[1]))
    return Shift(offset, amount, found[offset, amount])


def _offsets(step: Step, axes: int) -> list[int | None]:
    """The offset of a Crop on each axis; ``None`` for the axes that it does not crop."""
    param = step.layer.crop_param
    first = param.axis % axes
    offsets: list[Any] = list(param.offset) or [0]
    # CropLayer::Reshape uses a single offset for all axes.
    if len(offsets) == 1:
        offsets *= axes - first
    return [None] * first + offsets


def _fix(analysis: Analysis, step: Step, cropped: Value, reference: Value) -> Fix | None:
    # An aligned offset may be a fraction, or lie outside the blob; then no Crop is right.
    try:
        axis, offset = aligned_crop(analysis, cropped, reference)
    except Unaligned:
        return None
    assert cropped.shape is not None
    # Another axis would change the shape of the top.
    if step.layer.crop_param.axis % len(cropped.shape) != axis:
        return None
    edits = (Edit(step.path("crop_param.offset"), "set", offset),)
    if accepted(analysis, edits) is None:
        return None
    title = " ".join(f"offset: {each}" for each in offset)
    return Fix(f"{title} (keeps all weights and sizes; changes what the net computes)", edits)


def _elements(shift: Fraction) -> str:
    number = abs(shift)
    if number == 1:
        return "1 element"
    return f"{_decimal(number)} elements"


def _decimal(number: Fraction) -> str:
    return f"{float(number):g}"
