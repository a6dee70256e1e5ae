"""Repairs of the join itself: a Crop, a Flatten or a Reshape before it, and other fields."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from protogen import proto
from protogen.analysis import Analysis
from protogen.coordinates import CropOffset, Unaligned, aligned_crop
from protogen.edits import Edit, delete, insert
from protogen.explanations.changes import Change, unused_name
from protogen.explanations.divergence import Branch, Divergence, is_broadcast
from protogen.explanations.size_change import SizeChange
from protogen.graph import Step, Value
from protogen.shapes import format_shape

__all__ = ["broadcast", "crop", "crop_fields", "reshape", "unpooled_size"]

#: A shape with a known number of axes.
_Sizes = tuple[int | None, ...]

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
        path = join.path("crop_param.axis")
        edits.append(Edit(path, "set", axis))
        titles.append(f"axis: {axis}")
    # CropLayer takes 0 if no offset is written.
    written = list(param.offset) or [0]
    if written != offset:
        path = join.path("crop_param.offset")
        edits.append(Edit(path, "set", offset))
    # Without edits it is aligned already, and what is wrong is the size.
    if not edits:
        return
    titles += [f"offset: {each}" for each in offset]
    fields = " ".join(titles)
    yield Change(f'{fields} in "{join.name}"', tuple(edits), local=True)


def concat_axis(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Another axis for a Concat of blobs that are no images, on which these may differ."""
    join = divergence.join
    if join.type != "Concat":
        return
    shapes = list(filter(None, join.bottom_shapes))
    axes = max(map(len, shapes), default=0)
    # Images are joined on their channels, and a difference of their heights is to be cropped.
    if axes > 3:
        return
    path = join.path("concat_param.axis")
    # Axis 0 is the batch.
    for axis in range(1, axes):
        # On this axis, a Concat adds the sizes up; on all others they have to be equal.
        if all(_are_alike(shape, shapes[0], axis) for shape in shapes):
            edit = Edit(path, "set", axis)
            title = f'axis: {axis} in "{join.name}"'
            yield Change(title, (edit,), local=True)


def crop(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """A Crop layer that cuts the larger bottom to the smaller, where the two are aligned."""
    join = divergence.join
    # A Crop has fields of its own for this.
    if join.type == "Crop":
        return
    for large, small in itertools.permutations(divergence.comparison.values, 2):
        # What a layer shares with another one is compared, but is not in its bottoms.
        if not {large, small}.issubset(join.bottoms):
            continue
        if not _covers(large, small):
            continue
        found = _aligned(analysis, large, small)
        if found is None:
            continue
        reference, (axis, offset) = found
        yield _inserted_crop(analysis, join, large, reference, axis, offset)


def _covers(large: Value, small: Value) -> bool:
    """Whether a blob is at least as high and wide as another, and larger in one of them."""
    if large.shape is None or small.shape is None:
        return False
    # To crop a map to 1x1 would repair the shapes, but throw away nearly all of it.
    if is_broadcast(large, small):
        return False
    if len(large.shape) != len(small.shape) and not _is_label_map(small):
        return False
    surplus = 0
    for one, other in zip(_spatial(large), _spatial(small)):
        if one is None or other is None:
            return False
        # A Crop cannot add rows, so a blob that is higher but narrower covers nothing.
        if one < other:
            return False
        surplus += one - other
    return surplus > 0


def _aligned(analysis: Analysis, large: Value, small: Value) -> tuple[Value, CropOffset] | None:
    """The blob to crop to, and how; ``None`` if the net does not say how they are aligned.

    A map of labels has the places of the image that comes with it: an input of the same size.
    """
    references = [small]
    if not small.step.bottoms:
        references += _inputs_with_size(analysis, _spatial(small))
    for reference in references:
        try:
            offset = aligned_crop(analysis, large, reference)
        except Unaligned:
            continue
        return reference, offset
    return None


def _inputs_with_size(analysis: Analysis, size: tuple[int | None, ...]) -> Iterator[Value]:
    """The blobs that no layer computes, with this height and width."""
    for step in analysis.steps:
        if step.bottoms:
            continue
        for value in step.tops:
            if _spatial(value) == size:
                yield value


def _is_label_map(value: Value) -> bool:
    """Whether a blob may be a map of labels without an axis of channels: N, H, W."""
    # What a layer computes has channels.
    if value.step.bottoms or value.shape is None:
        return False
    return len(value.shape) == 3


def _spatial(value: Value) -> tuple[int | None, ...]:
    """The height and the width of a blob, and what axes it has after them."""
    if value.shape is None:
        return ()
    if _is_label_map(value):
        return value.shape[1:]
    return value.shape[2:]


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
    fields = [f"axis: {axis}"]
    fields += [f"offset: {each}" for each in offset]
    shown = ", ".join(fields)
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
    if len(join.bottoms) != 2 or None in join.bottoms:
        return
    first, second = filter(None, join.bottoms)
    # An Eltwise may have them in either order.
    if is_broadcast(first, second):
        yield from _broadcast(analysis, join, first, second)
    elif is_broadcast(second, first):
        yield from _broadcast(analysis, join, second, first)


def _broadcast(analysis: Analysis, join: Step, large: Value, small: Value) -> Iterator[Change]:
    repeating = _repeating_layer(join, large)
    if repeating is None:
        return
    layer_type, param = repeating
    edits: list[Edit] = []
    if join.type != layer_type:
        edits.append(Edit(join.path("type"), "set", layer_type))
        if join.layer.HasField("eltwise_param"):
            edits.append(delete(join.path("eltwise_param")))
    edits.append(Edit(join.path(f"{param}.axis"), "set", 0))
    name = small.name
    titles = []
    if len(small.shape or ()) > 2:
        name = unused_name(analysis, f"{join.name}_flat")
        flatten = {"name": name, "type": "Flatten", "bottom": [small.name], "top": [name]}
        edits.append(insert(join.path(), flatten))
        titles.append(f'a Flatten of "{small.name}" before "{join.name}"')
    # The blob to repeat is the second bottom of a Scale or a Bias; an Eltwise has no such order.
    edits.append(Edit(join.path("bottom"), "set", [large.name, name]))
    if join.type == layer_type:
        titles.append(f'axis: 0 in "{join.name}"')
    else:
        titles.append(f'a {layer_type} with axis: 0 in place of "{join.name}"')
    yield Change(" and ".join(titles), tuple(edits), local=True)


def _repeating_layer(join: Step, large: Value) -> tuple[str, str] | None:
    """The type that computes what a join does and repeats its small bottom, and its parameters."""
    if join.type == "Eltwise":
        eltwise = join.layer.eltwise_param
        # A Bias has no factors.
        if eltwise.coeff:
            return None
        return _BROADCASTING.get(eltwise.operation)
    # A Scale repeats its second bottom, never its first.
    if join.bottoms[0] is not large:
        return None
    for layer_type, param in _BROADCASTING.values():
        if join.type == layer_type:
            return layer_type, param
    return None


# Shapes ----------------------------------------------------------------------------------------


def reshape(analysis: Analysis, join: Step) -> Iterator[Change]:
    """A Reshape of one bottom to the axes of the others, if the number of elements is the same."""
    if None in join.bottom_shapes:
        return
    bottoms = list(filter(None, join.bottoms))
    if join.type in _SEQUENCES:
        yield from _with_features(analysis, join, bottoms)
    if join.type not in _SAME_AXES:
        return
    free = None
    if join.type == "Concat":
        free = join.layer.concat_param.axis
    for bottom, other in itertools.permutations(bottoms, 2):
        yield from _with_axes_of(analysis, join, bottom, other, free)


def _with_features(analysis: Analysis, join: Step, bottoms: list[Value]) -> Iterator[Change]:
    """A third axis for the first bottom of a recurrent layer."""
    for bottom in bottoms[:1]:
        shape = bottom.shape or ()
        # RecurrentLayer::LayerSetUp requires timesteps, streams and at least one more axis.
        if len(shape) == 2:
            with_features = (*shape, 1)
            yield _reshaped(analysis, join, bottom, with_features)


def _with_axes_of(
    analysis: Analysis, join: Step, bottom: Value, other: Value, free: int | None
) -> Iterator[Change]:
    """The changes that give a bottom as many axes as another one has."""
    shape = bottom.shape or ()
    wanted = other.shape or ()
    more = len(wanted) - len(shape)
    if more > 0:
        # Caffe's blobs of vectors are NxC, and those of images with one element NxCx1x1.
        longer = shape + (1,) * more
        if _are_alike(longer, wanted, free):
            yield _reshaped(analysis, join, bottom, longer)
        return
    # The bottom has as many axes already, or the other one is a scalar, with none to flatten to.
    if more == 0 or not wanted:
        return
    # A Flatten joins the last axes, so that the ones before them stay.
    last = len(wanted) - 1
    flat = _flattened(shape, last)
    if flat is not None and _are_alike(flat, wanted, free):
        yield _inserted_flatten(analysis, join, bottom, last)


def _are_alike(shape: _Sizes, other: _Sizes, free: int | None) -> bool:
    """Whether two shapes are equal on all axes but a free one, on which a Concat joins them."""
    if len(shape) != len(other):
        return False
    for axis, (one, two) in enumerate(zip(shape, other)):
        if axis == free:
            continue
        # An unknown size is alike only if both are unknown: a repair must not rest on a guess.
        if one != two:
            return False
    return True


def _flattened(shape: _Sizes, axis: int) -> _Sizes | None:
    """The shape with all axes from this one on as one; ``None`` if a size is unknown."""
    product = 1
    for size in shape[axis:]:
        if size is None:
            return None
        product *= size
    return (*shape[:axis], product)


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


def _reshaped(analysis: Analysis, join: Step, bottom: Value, shape: _Sizes) -> Change:
    """A Reshape that adds axes of size 1 at the end; a 0 keeps the size of an axis."""
    kept = len(bottom.shape or ())
    dims = [0] * kept + [1] * (len(shape) - kept)
    name = unused_name(analysis, f"{join.name}_reshaped")
    layer = {
        "name": name,
        "type": "Reshape",
        "bottom": [bottom.name],
        "top": [name],
        "reshape_param": {"shape": {"dim": dims}},
    }
    title = f'a Reshape of "{bottom.name}" to {format_shape(shape)} before "{join.name}"'
    return Change(title, (insert(join.path(), layer), _reads(join, bottom, name)), local=True)


def unpooled_size(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The size of SegNet's Upsample, set to that of the blob that was pooled."""
    sizes: dict[Step, dict[int, int]] = {}
    for pair in divergence.pairs:
        for branch, other in (pair.branches, pair.branches[::-1]):
            for change, size in _unpooled_sizes(branch, other):
                sizes.setdefault(change.step, {})[change.top_axis] = size
    for step, found in sizes.items():
        shape = step.tops[0].shape
        assert shape is not None
        height = found.get(2, shape[2])
        width = found.get(3, shape[3])
        edits = [
            Edit(step.path("upsample_param.upsample_h"), "set", height),
            Edit(step.path("upsample_param.upsample_w"), "set", width),
        ]
        title = f'upsample_h: {height} upsample_w: {width} in "{step.name}"'
        yield Change(title, tuple(edits))


def _unpooled_sizes(branch: Branch, other: Branch) -> Iterator[tuple[SizeChange, int]]:
    """The sizes with which each Upsample on a way would bring it to the size of the other."""
    missing = Fraction(other.end.known_size - branch.end.known_size)
    for index, change in enumerate(branch.changes):
        step = change.step
        # With one bottom it repeats elements, and has no size of its own.
        if step.type != "Upsample" or len(step.bottoms) != 2:
            continue
        # How many rows one more row here adds at the end of the way.
        weight = branch.carried(index, Fraction(1))
        size = change.after + missing / weight
        if size.denominator == 1:
            yield change, int(size)
