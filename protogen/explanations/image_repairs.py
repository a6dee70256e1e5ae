"""Repairs of the size of the images: the nearest height and width that the net accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from protogen.analysis import Analysis
from protogen.edits import Edit
from protogen.explanations.changes import Change
from protogen.explanations.divergence import Divergence
from protogen.explanations.window_edits import Pair
from protogen.graph import Step
from protogen.input_sizes import InputSizes

__all__ = ["fitting_image_size", "image_size"]

#: How many sizes of each axis are tried.
_TRIES = 24

#: The same if no arithmetic rules sizes out: up to 64 pixels more or less.
_MORE_TRIES = 128

#: The numbers of channels of images.
_CHANNELS = (1, 3, 4)


def image_size(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The nearest height and width of the images that is accepted, if it is near."""
    # Images of 1x1 would need no broadcast, but nobody wants them.
    if divergence.is_broadcast:
        return
    sizes = _input_sizes(analysis, divergence.join)
    if not divergence.depends_on(sizes.images):
        return
    # Arithmetic along the ways rules out most sizes before any inference.
    among = divergence.image_sizes(sizes.images)
    nearest = sizes.nearest(among=among, tries=_TRIES)
    if nearest is None or nearest == sizes.present:
        return
    if not _is_near(nearest, sizes.present):
        return
    title = _title(sizes, nearest)
    # Where nothing is rounded, other frameworks compute the same sizes.
    exact = sizes.nearest(exact=True, among=among, tries=_TRIES)
    if exact is not None and exact != nearest:
        height, width = exact
        title += f", or {height}x{width}, for which no pooling rounds"
    yield _resized(analysis, title, sizes.images, nearest)


def fitting_image_size(analysis: Analysis, step: Step) -> Iterator[Change]:
    """The nearest height and width of the images with which a kernel fits, if they are near."""
    sizes = _input_sizes(analysis, step)
    yield from _channels_first(analysis, sizes.images)
    nearest = sizes.nearest(tries=_MORE_TRIES)
    if nearest is None or not _is_near(nearest, sizes.present):
        return
    yield _resized(analysis, _title(sizes, nearest), sizes.images, nearest)


def _input_sizes(analysis: Analysis, step: Step) -> InputSizes:
    """The image sizes with which a layer with a fault is accepted."""
    own = Counter((finding.code, finding.layer) for finding in step.faults)
    # Errors elsewhere are there with any size, so they must not make every size illegal.
    return InputSizes(analysis, tolerated=analysis.errors - own)


def _title(sizes: InputSizes, nearest: Pair) -> str:
    names = " and ".join(f'"{name}"' for name in sizes.images)
    return f"{names} of {nearest[0]}x{nearest[1]}, the nearest size that is accepted"


def _channels_first(
    analysis: Analysis, images: Mapping[str, tuple[int | None, ...]]
) -> Iterator[Change]:
    """Caffe's order of the axes for an image whose channels are last, as in TensorFlow."""
    for name, shape in images.items():
        # A size that is unknown cannot be moved to its place.
        if None in shape or not _has_channels_last(shape):
            continue
        step = analysis.values[name].step
        # With several shapes, one for each top, the first would not be the one to change.
        if step.type != "Input" or len(step.layer.input_param.shape) != 1:
            continue
        num, height, width, channels = shape
        sizes = [num, channels, height, width]
        edit = Edit(step.path("input_param.shape[0].dim"), "set", sizes)
        written = "x".join(map(str, sizes))
        title = f'"{name}" of {written}, in Caffe\'s order N, C, H, W'
        yield Change(title, (edit,), resizes_images=True)


def _has_channels_last(shape: tuple[int | None, ...]) -> bool:
    """Whether a shape is that of images in the order N, H, W, C."""
    _, second, _, last = shape
    # With a height of 3 the order as written may be right.
    return last in _CHANNELS and second not in _CHANNELS


def _is_near(size: Pair, present: tuple[int | None, int | None]) -> bool:
    """Whether both sizes are at least half and at most twice the present ones."""
    for after, before in zip(size, present):
        if before is None:
            return False
        smaller, larger = sorted([before, after])
        if larger > 2 * smaller:
            return False
    return True


def _resized(
    analysis: Analysis, title: str, images: Mapping[str, tuple[int | None, ...]], size: Pair
) -> Change:
    """The images with another size: by edits if the net states their size, or as inputs."""
    edits: list[Edit] = []
    for name in images:
        step = analysis.values[name].step
        shapes = step.layer.input_param.shape
        if step.type != "Input" or not shapes:
            # The net does not state the size, as with a data layer.
            inputs = {each: (*shape[:2], *size) for each, shape in images.items()}
            return Change(title, inputs=inputs, resizes_images=True)
        index = 0
        # A single shape is for all tops of an Input layer.
        if len(shapes) > 1:
            index = list(step.layer.top).index(name)
        for axis, value in zip((2, 3), size):
            path = step.path(f"input_param.shape[{index}].dim[{axis}]")
            edits.append(Edit(path, "set", value))
    # Images that are tops of one layer may have one shape, which is edited once.
    different = dict.fromkeys(edits)
    return Change(title, tuple(different), resizes_images=True)
