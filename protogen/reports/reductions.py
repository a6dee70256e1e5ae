"""What the 1x1 reductions of a net save: each with what the net would cost without it.

A reduction is a 1x1 Convolution that has fewer channels than its bottom, and is read by other
Convolutions only. Without it, these would read its bottom, with more weights and more work.
(source: Szegedy et al. 2014, section 5; Lin et al. 2013)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from protogen.analysis import Analysis
from protogen.graph import Step, Value
from protogen.reports.images import batch_of
from protogen.reports.totals import Total, elements, total, total_of
from protogen.schema import Fault
from protogen.windows import convolution_window

__all__ = ["Reduction", "Reductions", "find_reductions"]

#: What commonly follows a Convolution, and would be removed with it.
_ELEMENTWISE = frozenset(("BN", "BatchNorm", "Dropout", "ELU", "PReLU", "ReLU", "ReLU6", "Scale"))


@dataclass(frozen=True)
class Reduction:
    """A 1x1 Convolution from ``channels`` to ``reduced`` channels, and the layers that read it.

    ``macs`` are those of the batch, of the reduction and its readers together, ``macs_without``
    those of the readers alone if they read the bottom of the reduction. Parameters likewise.
    """

    name: str
    channels: int
    reduced: int
    readers: tuple[str, ...]
    macs: int
    macs_without: int
    parameters: int
    parameters_without: int


@dataclass(frozen=True)
class Reductions:
    """Every reduction of a net, and the totals of the net with them and without any of them."""

    batch: int | None
    rows: list[Reduction]
    macs: Total
    macs_without: Total
    parameters: Total
    parameters_without: Total

    @property
    def images(self) -> int:
        """The batch, or 1 if it is unknown."""
        return self.batch or 1


def find_reductions(analysis: Analysis, parameters: Total) -> Reductions:
    """The reductions of a net. ``parameters`` are those that it learns in all."""
    found: dict[Step, list[Step]] = {}
    for step in analysis.steps:
        readers = _readers(step)
        if readers:
            found[step] = readers
    rows = [_row(step, readers) for step, readers in found.items()]
    macs = total_of(total(step.facts.macs) for step in analysis.steps)
    more_macs, more_parameters = _saved(analysis, found)
    return Reductions(
        batch_of(analysis),
        rows,
        macs,
        Total(macs + more_macs, macs.exact),
        parameters,
        Total(parameters + more_parameters, parameters.exact),
    )


def _saved(analysis: Analysis, reductions: dict[Step, list[Step]]) -> tuple[int, int]:
    """The multiply-accumulates and the parameters that the net saves by all of its reductions."""
    saved_macs = saved_parameters = 0
    for step in analysis.steps:
        macs = step.facts.macs or 0
        # The cost of the reductions themselves is not saved.
        if step in reductions:
            saved_macs -= macs
            saved_parameters -= _learned(step)
        elif step.type == "Convolution" and not step.faults:
            # Both grow with the channels that are read, but the bias does not.
            more = _growth(step, reductions) - 1
            saved_macs += int(more * macs)
            saved_parameters += int(more * _weights(step))
    return saved_macs, saved_parameters


def _readers(step: Step) -> list[Step]:
    """The Convolutions that read a reduction; none if the layer is not a reduction."""
    if step.type != "Convolution" or step.faults:
        return []
    # Caffe's Convolution may have several bottoms, each with its top, but a reduction has one.
    if len(step.tops) != 1 or not _is_pointwise(step):
        return []
    before = _channels(step.bottoms[0])
    after = _channels(step.tops[0])
    if before <= after:
        return []
    # A Concat or an Eltwise that reads it would have other channels without it.
    readers = list(_after_in_place(step.tops[0]))
    if not all(map(_reads_all_channels, readers)):
        return []
    return readers


def _reads_all_channels(step: Step) -> bool:
    """Whether a layer is a Convolution without groups."""
    if step.type != "Convolution" or step.faults:
        return False
    return step.layer.convolution_param.group == 1


def _is_pointwise(step: Step) -> bool:
    """Whether a Convolution computes each place from the same place: 1x1, stride 1, no padding."""
    param = step.layer.convolution_param
    # A group reads only some of the channels.
    if param.group != 1 or step.schema is None:
        return False
    ctx = step.schema.context(step.layer, step.bottom_shapes, len(step.tops), 1)
    if ctx is None:
        return False
    try:
        window = convolution_window(ctx)
    except Fault:
        return False
    return window.is_pointwise


def _after_in_place(value: Value) -> Iterator[Step]:
    """The layers that read a value, past those that change it element by element."""
    for reader in value.readers:
        if _passes_on(reader):
            yield from _after_in_place(reader.tops[0])
        else:
            yield reader


def _passes_on(step: Step) -> bool:
    """Whether a layer changes its bottom element by element, so that the channels stay."""
    # An Eltwise-like layer with two bottoms, such as a Scale by a blob, joins two values.
    return step.type in _ELEMENTWISE and len(step.bottoms) == 1


def _channels(value: Value | None) -> int:
    """The channels of a blob; 0 if they are unknown."""
    if value is None or value.shape is None:
        return 0
    channels = value.shape[1:2]
    # A blob of one axis has none.
    if not channels:
        return 0
    return channels[0] or 0


def _row(step: Step, readers: Sequence[Step]) -> Reduction:
    """What a reduction and its readers cost, with and without it."""
    channels, reduced = _channels(step.bottoms[0]), _channels(step.tops[0])
    # A Fraction, because GoogLeNet reduces 832 channels to 48, for example.
    more = Fraction(channels, reduced)
    macs = sum(each.facts.macs or 0 for each in readers)
    weights = sum(map(_weights, readers))
    rest = sum(map(_learned, readers)) - weights
    return Reduction(
        step.name,
        channels,
        reduced,
        tuple(dict.fromkeys(each.name for each in readers)),
        macs=(step.facts.macs or 0) + macs,
        macs_without=int(macs * more),
        parameters=_learned(step) + weights + rest,
        parameters_without=int(weights * more) + rest,
    )


def _growth(step: Step, reductions: dict[Step, list[Step]]) -> Fraction:
    """By how much a Convolution grows if no reduction comes before it."""
    value = step.bottoms[0]
    own = _channels(value)
    # Reductions may follow each other: each of them is passed.
    while value is not None:
        producer = value.step
        is_passed = producer in reductions or _passes_on(producer)
        if not is_passed:
            break
        value = producer.bottoms[0]
    found = _channels(value)
    # What is unknown saves nothing.
    if not own or not found:
        return Fraction(1)
    return Fraction(found, own)


def _weights(step: Step) -> int:
    """The weights of a Convolution, without its bias, which is the second blob."""
    if not step.facts.blobs:
        return 0
    return elements(step.facts.blobs[0].shape)


def _learned(step: Step) -> int:
    """The numbers that a layer learns, as far as their shapes are known."""
    # An unknown shape has 0 elements here.
    return sum(elements(blob.shape) for blob in step.facts.blobs)
