"""Repairs of the join itself: a Crop, a Flatten or a Reshape before it, and other fields."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from protogen import proto
from protogen.analysis import Analysis
from protogen.coordinates import CropOffset, Unaligned, aligned_crop
from protogen.edits import Edit, delete, insert
from protogen.explanations.changes import Change, unused_name
from protogen.explanations.divergence import Divergence, is_broadcast
from protogen.graph import Step, Value
from protogen.shapes import format_shape

__all__ = ["broadcast", "crop", "crop_fields", "reshape", "unpooled_size"]

#: Layers that apply a small bottom along the first axes of a large one, by what they compute.
_BROADCASTING = {
    proto.EltwiseParameter.PROD: ("Scale", "scale_param"),
    proto.EltwiseParameter.SUM: ("Bias", "bias_param"),
}

#: Layers whose bottoms have the same number of axes.
_SAME_AXES = ("Concat", "Eltwise")

#: Layers whose first bottom has timesteps, streams and features.
_SEQUENCES = ("LSTM", "RNN")


# Crops -----------------------------------------------------------------------------------------


def crop_fields(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The axis and the offset of a Crop that align its bottoms."""
    join = divergence.join
    if join.type != "Crop":
        return
    whole, target = join.bottoms
    assert whole is not None
    assert target is not None
    try:
        axis, offset = aligned_crop(analysis, whole, target)
    except Unaligned:
        return
    param = join.layer.crop_param
    edits, titles = [], []
    if param.axis != axis:
        edits.append(Edit(join.path("crop_param.axis"), "set", axis))
        titles.append(f"axis: {axis}")
    if (list(param.offset) or [0]) != offset:
        edits.append(Edit(join.path("crop_param.offset"), "set", offset))
    if edits:
        titles += [f"offset: {each}" for each in offset]
        yield Change(f'{" ".join(titles)} in "{join.name}"', tuple(edits), local=True)


def concat_axis(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Another axis for a Concat of blobs that are no images, on which these may differ."""
    join = divergence.join
    shapes = [value.shape for value in join.bottoms if value is not None and value.shape]
    if join.type != "Concat" or not shapes or any(len(shape) > 3 for shape in shapes):
        return
    for axis in range(1, len(shapes[0])):
        if all(_are_alike(shape, shapes[0], axis) for shape in shapes):
            edit = Edit(join.path("concat_param.axis"), "set", axis)
            yield Change(f'axis: {axis} in "{join.name}"', (edit,), local=True)


def crop(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """A Crop layer that cuts the larger bottom to the smaller, where the two are aligned."""
    join = divergence.join
    first, second = divergence.comparison.first.value, divergence.comparison.second.value
    if join.type == "Crop" or first is None or second is None:
        return
    if first not in join.bottoms or second not in join.bottoms:
        return
    for large, small in ((first, second), (second, first)):
        if _covers(large, small):
            found = _aligned(analysis, large, small)
            if found is not None:
                reference, (axis, offset) = found
                yield _inserted_crop(analysis, join, large, reference, axis, offset)


def _covers(large: Value, small: Value) -> bool:
    """Whether a blob is at least as high and wide as another, and larger in one of them."""
    if large.shape is None or small.shape is None or is_broadcast(large, small):
        return False
    if len(large.shape) != len(small.shape) and not _is_label_map(small):
        return False
    larger = False
    for one, other in zip(_spatial(large), _spatial(small)):
        if one is None or other is None or one < other:
            return False
        larger = larger or one > other
    return larger


def _aligned(analysis: Analysis, large: Value, small: Value) -> tuple[Value, CropOffset] | None:
    """The blob to crop to, and how.

    A map of labels has the places of the image that comes with it: an input of the same size.
    """
    references = [small]
    if not small.step.bottoms:
        references += [each for each in _inputs(analysis) if _spatial(each) == _spatial(small)]
    for reference in references:
        try:
            return reference, aligned_crop(analysis, large, reference)
        except Unaligned:
            continue
    return None


def _inputs(analysis: Analysis) -> Iterator[Value]:
    """The blobs that no layer computes."""
    for step in analysis.steps:
        if not step.bottoms:
            yield from step.tops


def _is_label_map(value: Value) -> bool:
    """Whether a blob may be a map of labels without an axis of channels: N, H, W."""
    return not value.step.bottoms and len(value.shape or ()) == 3


def _spatial(value: Value) -> tuple[int | None, ...]:
    return (value.shape or ())[1 if _is_label_map(value) else 2 :]


def _inserted_crop(
    analysis: Analysis, join: Step, large: Value, reference: Value, axis: int, offset: list[int]
) -> Change:
    name = unused_name(analysis, f"{join.name}_crop")
    layer = {
        "name": name,
        "type": "Crop",
        "bottom": [large.name, reference.name],
        "top": [name],
        "crop_param": {"axis": axis, "offset": offset},
    }
    shown = ", ".join([f"axis: {axis}", *(f"offset: {each}" for each in offset)])
    title = f'a Crop of "{large.name}" to "{reference.name}" ({shown}) before "{join.name}"'
    return Change(title, (insert(join.path(), layer), _reads(join, large, name)), local=True)


def _reads(join: Step, value: Value, name: str) -> Edit:
    """The edit with which a layer reads the blob of this name in place of another."""
    return Edit(join.path(f"bottom[{join.bottoms.index(value)}]"), "set", name)


# Broadcasts ------------------------------------------------------------------------------------


def broadcast(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """A Scale, or a Bias, in place of an Eltwise that would have to repeat its small bottom.

    Caffe repeats the second bottom of a Scale over the axes that it does not have, but not over
    axes of size 1. So these go by a Flatten.
    """
    join = divergence.join
    if len(join.bottoms) != 2:
        return
    for large, small in (join.bottoms, join.bottoms[::-1]):
        if large is not None and small is not None and is_broadcast(large, small):
            yield from _broadcast(analysis, join, large, small)
            return


def _broadcast(analysis: Analysis, join: Step, large: Value, small: Value) -> Iterator[Change]:
    layer_type, param = join.type, "scale_param" if join.type == "Scale" else "bias_param"
    edits: list[Edit] = []
    if join.type == "Eltwise":
        eltwise = join.layer.eltwise_param
        if eltwise.operation not in _BROADCASTING or eltwise.coeff:
            return
        layer_type, param = _BROADCASTING[eltwise.operation]
        edits.append(Edit(join.path("type"), "set", layer_type))
        if join.layer.HasField("eltwise_param"):
            edits.append(delete(join.path("eltwise_param")))
    elif join.type not in ("Scale", "Bias") or join.bottoms[0] is not large:
        return
    edits.append(Edit(join.path(f"{param}.axis"), "set", 0))
    name = small.name
    titles = []
    if len(small.shape or ()) > 2:
        name = unused_name(analysis, f"{join.name}_flat")
        flatten = {"name": name, "type": "Flatten", "bottom": [small.name], "top": [name]}
        edits.append(insert(join.path(), flatten))
        titles.append(f'a Flatten of "{small.name}" before "{join.name}"')
    edits.append(Edit(join.path("bottom"), "set", [large.name, name]))
    if join.type == layer_type:
        titles.append(f'axis: 0 in "{join.name}"')
    else:
        titles.append(f'a {layer_type} with axis: 0 in place of "{join.name}"')
    yield Change(" and ".join(titles), tuple(edits), local=True)


# Shapes ----------------------------------------------------------------------------------------


def reshape(analysis: Analysis, join: Step) -> Iterator[Change]:
    """A Reshape of one bottom to the axes of the others, if the number of elements is the same."""
    bottoms = [bottom for bottom in join.bottoms if bottom is not None]
    shapes = [bottom.shape for bottom in bottoms if bottom.shape is not None]
    if len(shapes) < len(join.bottoms):
        return
    if join.type in _SEQUENCES and len(shapes[0]) == 2:
        yield _reshaped(analysis, join, bottoms[0], (*shapes[0], 1))
    if join.type not in _SAME_AXES:
        return
    free = join.layer.concat_param.axis if join.type == "Concat" else None
    for bottom, shape in zip(bottoms, shapes):
        for other in shapes:
            ones = [1] * (len(other) - len(shape))
            if ones and _are_alike((*shape, *ones), other, free):
                yield _reshaped(analysis, join, bottom, (*shape, *ones))
            flat = _flattened(shape, len(other) - 1) if len(shape) > len(other) > 0 else None
            if flat is not None and _are_alike(flat, other, free):
                yield _inserted_flatten(analysis, join, bottom, len(other) - 1)


def _are_alike(
    shape: tuple[int | None, ...], other: tuple[int | None, ...], free: int | None
) -> bool:
    """Whether two shapes are equal on all axes but a free one, on which a Concat joins them."""
    if len(shape) != len(other):
        return False
    pairs = enumerate(zip(shape, other))
    return all(one == two for axis, (one, two) in pairs if axis != free)


def _flattened(shape: tuple[int | None, ...], axis: int) -> tuple[int | None, ...] | None:
    """The shape with all axes from this one on as one; ``None`` if a size is unknown."""
    rest = [size for size in shape[axis:] if size is not None]
    return (*shape[:axis], math.prod(rest)) if len(rest) == len(shape) - axis else None


def _inserted_flatten(analysis: Analysis, join: Step, bottom: Value, axis: int) -> Change:
    name = unused_name(analysis, f"{join.name}_flat")
    layer = {
        "name": name,
        "type": "Flatten",
        "bottom": [bottom.name],
        "top": [name],
        "flatten_param": {"axis": axis},
    }
    title = f'a Flatten of "{bottom.name}" (axis: {axis}) before "{join.name}"'
    return Change(title, (insert(join.path(), layer), _reads(join, bottom, name)), local=True)


def _reshaped(
    analysis: Analysis, join: Step, bottom: Value, shape: tuple[int | None, ...]
) -> Change:
    """A Reshape that adds axes of size 1 at the end; a 0 keeps the size of an axis."""
    kept = len(bottom.shape or ())
    name = unused_name(analysis, f"{join.name}_reshaped")
    layer = {
        "name": name,
        "type": "Reshape",
        "bottom": [bottom.name],
        "top": [name],
        "reshape_param": {"shape": {"dim": [*[0] * kept, *[1] * (len(shape) - kept)]}},
    }
    title = f'a Reshape of "{bottom.name}" to {format_shape(shape)} before "{join.name}"'
    return Change(title, (insert(join.path(), layer), _reads(join, bottom, name)), local=True)


def unpooled_size(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The size of SegNet's Upsample, set to that of the blob that was pooled."""
    sizes: dict[Step, dict[int, int]] = {}
    for pair in divergence.pairs:
        for branch, other in (pair.branches, pair.branches[::-1]):
            for index, change in enumerate(branch.changes):
                if change.step.type != "Upsample" or len(change.step.bottoms) != 2:
                    continue
                missing = Fraction(other.end.known_size - branch.end.known_size)
                size = change.after + missing / branch.carried(index, Fraction(1))
                if size.denominator == 1:
                    sizes.setdefault(change.step, {})[change.top_axis] = int(size)
    for step, found in sizes.items():
        shape = step.tops[0].shape
        assert shape is not None
        height, width = (found.get(axis, shape[axis]) for axis in (2, 3))
        edits = [
            Edit(step.path("upsample_param.upsample_h"), "set", height),
            Edit(step.path("upsample_param.upsample_w"), "set", width),
        ]
        title = f'upsample_h: {height} upsample_w: {width} in "{step.name}"'
        yield Change(title, tuple(edits))
