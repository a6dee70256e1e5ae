"""Repairs of windows: another rounding, pad, kernel or stride of a layer on the way to a join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from protogen.analysis import Analysis
from protogen.edits import Edit, insert
from protogen.explanations.changes import Change, unused_name
from protogen.explanations.divergence import Branch, Divergence, Pair
from protogen.explanations.size_change import SizeChange
from protogen.explanations.window_edits import given, is_darknet_pooling, window_edits, written
from protogen.graph import Step

__all__ = ["darknet_pooling", "kernel", "odd_kernel", "padding", "rounding", "stride", "weights"]

#: By how much a field of a window may change.
_AMOUNTS = (1, -1, 2, -2, 3, -3, 4, -4)

#: By how much the kernel and the pad of a layer with weights may change.
_KERNEL_AND_PAD = ((1, 1), (1, 0), (-1, 0), (2, 1), (2, 0), (-2, 0), (3, 0), (-3, 0))

_LEARNED = ("Convolution", "Deconvolution")

_WINDOWED = ("Pooling", *_LEARNED)

#: The axes of the height and of the width.
_SIDES = {2, 3}


def rounding(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Rounding a Pooling the other way: with FLOOR as a Convolution, and as other frameworks."""
    # Height and width are two pairs with the same poolings.
    seen = set()
    for pair in divergence.pairs:
        for change in pair.changes:
            step = change.step
            if step.type != "Pooling" or step in seen:
                continue
            # Where nothing is rounded, either way gives the same size.
            if not change.error:
                continue
            seen.add(step)
            yield _rounded(step, up=change.error > 0)


def _rounded(step: Step, up: bool) -> Change:
    name: str = "round_mode"
    value: str | bool = "FLOOR" if up else "CEIL"
    shown = str(value)
    param = step.layer.pooling_param
    # Forks have the same choice as ceil_mode. Where both are written, round_mode counts.
    if param.HasField("ceil_mode") and not param.HasField("round_mode"):
        name, value = "ceil_mode", not up
        shown = str(value).lower()
    edit = Edit(step.path(f"pooling_param.{name}"), "set", value)
    return Change(f'{name}: {shown} in "{step.name}"', (edit,), is_window=True, safe=True)


# Poolings with stride 1 ------------------------------------------------------------------------


def darknet_pooling(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The windows of Darknet: it pads the end of an image only, so that the size stays.

    Caffe pads both ends. One row and one column too many are at the beginning, where a Crop takes
    them off. MAX ignores what is padded, so the result is exactly that of Darknet.
    (source: ``maxpool_layer.c``; a real Caffe computes the same)
    """
    for step in _shrinking_poolings(divergence):
        size = given(step, "kernel_size")[0]
        pooled, bottom = step.tops[0].name, step.wiring.bottoms[0]
        padded = unused_name(analysis, f"{pooled}_padded")
        crop = {
            "name": f"{step.name}_crop",
            "type": "Crop",
            "bottom": [padded, bottom],
            "top": [pooled],
            "crop_param": {"axis": 2, "offset": [1]},
        }
        # The readers keep the name of the blob: the pooling writes another, and the Crop this one.
        edits = (
            *window_edits(step, "pad", (size // 2, size // 2)),
            Edit(step.path("top[0]"), "set", padded),
            insert(("layer", step.index + 1), crop),
        )
        title = (
            f'pad: {size // 2} in "{step.name}" and a Crop of its top to "{bottom}" (axis: 2,'
            " offset: 1), as Darknet pools"
        )
        yield Change(title, edits, recomputes=(step,))


def odd_kernel(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The next larger kernel, padded at both ends, which keeps the size."""
    for step in _shrinking_poolings(divergence):
        size = given(step, "kernel_size")[0]
        edits = (
            *window_edits(step, "kernel_size", (size + 1, size + 1)),
            *window_edits(step, "pad", (size // 2, size // 2)),
        )
        title = f'kernel_size: {size + 1} pad: {size // 2} in "{step.name}"'
        yield Change(title, edits, recomputes=(step,), is_window=True)


def _shrinking_poolings(divergence: Divergence) -> list[Step]:
    """MAX poolings with an even kernel, stride 1 and no pad, which cause the difference."""
    suspects = divergence.suspects
    found = []
    for step in divergence.changes:
        if step in suspects and is_darknet_pooling(step):
            found.append(step)
    return found


# Pad, kernel and stride ------------------------------------------------------------------------


def padding(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """A little more padding, or less; that of a Pooling first."""
    steps = _windowed(divergence, suspects_only=True)
    steps.sort(key=lambda step: step.type != "Pooling")
    for amount in _AMOUNTS:
        for step in steps:
            # PoolingLayer::LayerSetUp rejects a pad that is as large as the kernel.
            if max(given(step, "pad")) + amount < max(given(step, "kernel_size")):
                yield from _resized(divergence, step, pad=amount)


def kernel(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The kernel of a Pooling, which has no weights to lose; smaller than a stride it skips."""
    for amount in _AMOUNTS:
        for step in _windowed(divergence, suspects_only=True):
            if step.type != "Pooling":
                continue
            # A kernel of 1 pools nothing, and one smaller than the stride skips elements.
            least = max(2, *given(step, "stride"))
            smallest = min(given(step, "kernel_size")) + amount
            if smallest >= least:
                yield from _resized(divergence, step, kernel_size=amount)


def stride(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Another stride, if the strides on the two ways are not alike."""
    pairs = divergence.pairs
    windowed = _windowed(divergence)
    for amount in _AMOUNTS:
        for step in windowed:
            # In height and in width, or the other one would still differ.
            if all(_scales_agree(pair, step, amount) for pair in pairs):
                yield from _resized(divergence, step, stride=amount)


def _scales_agree(pair: Pair, step: Step, amount: int) -> bool:
    """Whether both ways divide sizes by the same number with this stride, and not without it."""
    first, second = pair.branches
    if _scale(first) == _scale(second):
        return False
    return _scale(first, step, amount) == _scale(second, step, amount)


def _scale(branch: Branch, step: Step | None = None, amount: int = 0) -> Fraction:
    """What a way multiplies sizes by, if the stride of a layer grows by an amount."""
    total = Fraction(1)
    for change in branch.changes:
        if change.step is step:
            total *= _scale_with_stride(change, amount)
        else:
            total *= change.arithmetic.scale
    return total


def _scale_with_stride(change: SizeChange, amount: int) -> Fraction:
    """What a layer multiplies sizes by, if its stride grows by an amount."""
    spatial_axis = change.bottom_axis - 2
    stride = given(change.step, "stride")[spatial_axis] + amount
    # There is no such stride, so the layer stays as it is.
    if stride < 1:
        return change.arithmetic.scale
    # A Deconvolution is a Convolution backwards.
    if change.step.type == "Deconvolution":
        return Fraction(stride)
    return Fraction(1, stride)


def weights(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The kernel of a layer that learns, perhaps with its pad: its weights change shape."""
    for size, pad in _KERNEL_AND_PAD:
        for step in _windowed(divergence):
            if step.type not in _LEARNED:
                continue
            smallest = min(given(step, "kernel_size")) + size
            largest_stride = max(given(step, "stride"))
            # A kernel smaller than the stride would skip elements.
            if smallest < largest_stride:
                continue
            for change in _resized(divergence, step, kernel_size=size, pad=pad):
                # The old weights do not fit the new kernel, so nothing is computed with them again.
                yield replace(change, recomputes=(), relearns=(step,))


def _windowed(divergence: Divergence, suspects_only: bool = False) -> list[Step]:
    """The layers of images with windows on the ways, the culprit first.

    If without the edges of a single layer the sizes agreed, ``suspects_only`` leaves no others.
    """
    found = []
    for step, axes in divergence.changes.items():
        if step.type in _WINDOWED and _is_of_images(step) and axes <= _SIDES:
            found.append(step)
    if suspects_only:
        found = _suspects_or_all(found, divergence.suspects)
    culprit = divergence.culprit
    # The others keep their order, with the last layers first: these change the least.
    if culprit is not None and culprit.step in found:
        found.remove(culprit.step)
        found.insert(0, culprit.step)
    return found


def _is_of_images(step: Step) -> bool:
    """Whether a layer has height and width: N-D data has no kernel_h, which the edits set."""
    shape = step.bottom_shapes[0] or ()
    return len(shape) == 4


def _suspects_or_all(steps: list[Step], suspects: set[Step]) -> list[Step]:
    """The steps that are suspects, or all steps if none is."""
    found = []
    for step in steps:
        if step in suspects:
            found.append(step)
    return found or steps


def _resized(divergence: Divergence, step: Step, **amounts: int) -> Iterator[Change]:
    """The change of a window's fields by these amounts, if it is still a window then."""
    axes = divergence.changes[step]
    edits: list[Edit] = []
    titles = []
    for name, amount in amounts.items():
        height, width = given(step, name)
        if 2 in axes:
            height += amount
        if 3 in axes:
            width += amount
        pair = height, width
        least = 1
        if name == "pad":
            least = 0
        if min(pair) < least:
            return
        if amount:
            edits += window_edits(step, name, pair)
            titles.append(written(name, pair))
    title = f'{" ".join(titles)} in "{step.name}"'
    yield Change(title, tuple(edits), recomputes=(step,), is_window=True)
