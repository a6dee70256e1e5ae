"""Other heights and widths of a net's images: those that Caffe accepts.

Height and width are tried one at a time. With one of them unknown, inference finds what is wrong
with the other and nothing else, so a range of 500 sizes takes 1,000 walks and not 250,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import NamedTuple

from protogen.analysis import Analysis
from protogen.graph import Graph, Step
from protogen.schema import Context, Fault, registered
from protogen.shapes import Shape
from protogen.windows import Axis, PoolingWindow, empty_windows, pooling_window

__all__ = ["InputSizes", "Outcome"]

#: The axes of height and width.
_HEIGHT, _WIDTH = 2, 3

#: The nearest size is looked for up to this distance.
_MOST_DISTANT = 256

#: This many of the nearest sizes of each axis are tried together with those of the other axis.
_NEAREST = 8

#: Layers with several bottoms that compare them axis by axis, or do not compare them.
_AXIS_BY_AXIS = frozenset(("Eltwise", "Concat", "Crop", "Scale", "Bias", "Silence"))

#: Layers whose learnable blobs do not depend on the size of the images.
_SIZE_FREE_WEIGHTS = frozenset(
    ("Convolution", "Deconvolution", "BatchNorm", "Scale", "Bias", "PReLU")
)

#: A height and a width; ``None`` if it is unknown, or not tried.
_Size = tuple[int | None, int | None]

#: The shapes of a layer's bottoms and of its tops.
_Blobs = tuple[list[Shape], list[Shape]]


class Outcome(NamedTuple):
    """What one size leads to.

    *legal*: Caffe accepts the net, and no window of a pooling is empty. *exact*: in addition no
    pooling rounds, so that all frameworks compute the same sizes.
    """

    legal: bool
    exact: bool

    def fits(self, exact: bool) -> bool:
        """Whether the size is exact if it has to be, or else legal."""
        if exact:
            return self.exact
        return self.legal


class InputSizes:
    """A net in one state, to be tried with other sizes of its images.

    The images are the blobs with 4 axes that no layer computes and that have the height and width
    of the first of them. They change together: an image and its map of labels. ``present`` is their
    height and width, ``None`` if unknown. Errors that are ``tolerated`` make no size illegal,
    because a net may have errors that have nothing to do with its size.
    """

    def __init__(
        self, analysis: Analysis, tolerated: Counter[tuple[str, str]] | None = None
    ) -> None:
        self._tolerated = tolerated or Counter()
        self._inputs = analysis.inputs
        self._walked = analysis.edited()
        self._graph = self._walked.graph
        self._outcomes: dict[_Size, Outcome] = {}
        self._poolings = list(_poolings(self._graph))
        self.images = _images(self._graph)
        # All images have the height and width of the first.
        *_, height, width = next(iter(self.images.values()), (None, None))
        self.present: _Size = (height, width)

    def outcome(self, height: int | None, width: int | None) -> Outcome:
        """What this height and width lead to; one that is ``None`` is not judged."""
        size = (height, width)
        if size not in self._outcomes:
            self._outcomes[size] = self._try(height, width)
        return self._outcomes[size]

    def along(self, axis: int, size: int) -> Outcome:
        """What the size of one axis leads to: 0 is the height, 1 the width."""
        if axis == 0:
            return self.outcome(size, None)
        return self.outcome(None, size)

    def nearest(
        self,
        *,
        exact: bool = False,
        among: Mapping[int, Callable[[int], bool]] | None = None,
        tries: int = 2 * _MOST_DISTANT,
    ) -> tuple[int, int] | None:
        """The nearest height and width to the present ones that are legal, or exact.

        ``among`` may say for an axis which sizes to try at all, and ``tries`` how many.
        """
        height, width = self.present
        if height is None or width is None:
            return None
        may_be_tried = among or {}
        candidates = []
        for axis, present in enumerate((height, width)):
            # Without a test, `filter` leaves out 0 only, which is no size here.
            sizes = filter(may_be_tried.get(axis), _sizes_around(present))
            candidates.append(self._fitting(axis, islice(sizes, tries), exact))
        # Each axis by itself first: that leaves a few pairs to try, instead of all of them.
        for one, other in _by_distance(*candidates):
            if self.outcome(one, other).fits(exact):
                return one, other
        return None

    def _fitting(self, axis: int, sizes: Iterable[int], exact: bool) -> list[int]:
        """The first sizes of an axis that are legal, or exact, by themselves."""
        found: list[int] = []
        for size in sizes:
            if self.along(axis, size).fits(exact):
                found.append(size)
            if len(found) == _NEAREST:
                break
        return found

    def dependent_layer(self, height: int, width: int) -> Step | None:
        """The first layer for which height and width cannot be judged one at a time, if any.

        It computes a size from both (a Reshape, a Flatten), or compares numbers of elements, which
        are unknown if one of them is.
        """
        walks = zip(
            self._graph.steps,
            self._blobs(height, width),
            self._blobs(height, None),
            self._blobs(None, width),
        )
        for step, *blobs in walks:
            # For each bottom and each top, its shape in the three walks.
            all_bottoms, all_tops = zip(*blobs)
            bottoms, tops = zip(*all_bottoms), zip(*all_tops)
            # A size of a top that follows from one axis is known in one of the two other walks.
            if any(_is_lost(shapes, all) for shapes in tops):
                return step
            if not _compares_counts(step):
                continue
            # A count is unknown as soon as one size is.
            if any(_is_lost(shapes, any) for shapes in bottoms):
                return step
        return None

    def rejecting_layer(self, height: int, width: int) -> Step | None:
        """The first layer that Caffe rejects in a net of this size, if any."""
        faults = self._walk(height, width).faults
        if not faults:
            return None
        for step in self._graph.steps:
            if faults[0] in step.faults:
                return step
        return None

    # Walking ---------------------------------------------------------------------------------

    def _try(self, height: int | None, width: int | None) -> Outcome:
        result = self._walk(height, width)
        # Counters: what is left are errors that the net does not have at its own size.
        if result.errors - self._tolerated:
            return Outcome(legal=False, exact=False)
        axes = list(self._pooled_axes())
        # Caffe accepts an empty window, and puts -FLT_MAX or NaN there.
        if any(map(_has_empty_window, axes)):
            return Outcome(legal=False, exact=False)
        return Outcome(legal=True, exact=not any(axis.rounds for axis in axes))

    def _walk(self, height: int | None, width: int | None) -> Analysis:
        inputs = dict(self._inputs)
        for name, shape in self.images.items():
            inputs[name] = (*shape[:_HEIGHT], height, width)
        self._walked.walk_again(inputs)
        return self._walked

    def _pooled_axes(self) -> Iterator[Axis]:
        """The axes that are pooled, as far as the last walk knows their sizes."""
        for step, window in self._poolings:
            bottom = step.bottoms[0]
            if bottom is None or bottom.shape is None:
                continue
            sizes = bottom.shape[_HEIGHT:]
            for size, kernel, stride, pad in zip(sizes, window.kernel, window.stride, window.pad):
                # The walk leaves one axis open while it tries the other.
                if size is not None:
                    yield Axis("", size, kernel, stride, pad, window.floor, window.clip)

    def _blobs(self, height: int | None, width: int | None) -> list[_Blobs]:
        """The shapes of the bottoms and tops of each layer, with images of this size."""
        self._walk(height, width)
        found = []
        for step in self._graph.steps:
            # The values stay; the next walk gives them other shapes.
            tops = [value.shape for value in step.tops]
            found.append((step.bottom_shapes, tops))
        return found


def _by_distance(heights: Iterable[int], widths: Iterable[int]) -> list[tuple[int, int]]:
    """All pairs, in order of the distance of both together, counted in candidates."""
    by_distance: list[list[tuple[int, int]]] = []
    for (one, height), (other, width) in product(enumerate(heights), enumerate(widths)):
        distance = one + other
        # Candidates are counted from 0, so each distance comes up right after the one below it.
        if distance == len(by_distance):
            by_distance.append([])
        by_distance[distance].append((height, width))
    return list(chain.from_iterable(by_distance))


def _images(graph: Graph) -> dict[str, tuple[int | None, ...]]:
    """The shapes of the blobs that are images."""
    found: dict[str, tuple[int | None, ...]] = {}
    for value in graph.inputs():
        shape = value.shape
        if shape is None or len(shape) != 4:
            continue
        first = next(iter(found.values()), shape)
        if shape[_HEIGHT:] == first[_HEIGHT:]:
            found[value.name] = shape
    return found


def _poolings(graph: Graph) -> Iterator[tuple[Step, PoolingWindow]]:
    """Each Pooling layer that does not pool globally, with its window."""
    schema = registered("Pooling")
    for step in graph.steps:
        # A Pooling without a bottom is an error of its own.
        if step.type != "Pooling" or not step.bottoms:
            continue
        if step.layer.pooling_param.global_pooling:
            continue
        assert schema is not None
        any_image = [(1, 1, 1, 1)]  # the window does not depend on it
        context = Context(schema, step.layer, any_image, 1, graph.state.number, frozenset())
        try:
            yield step, pooling_window(context)
        except Fault:
            continue


def _has_empty_window(axis: Axis) -> bool:
    """Whether a window on the axis holds nothing of the image, or there is none at all."""
    if axis.pooled < 1:
        return True
    return empty_windows(axis.size, axis.stride, axis.pad, axis.pooled) > 0


def _sizes_around(present: int) -> Iterator[int]:
    """Sizes by their distance from the present one."""
    yield present
    for distance in range(1, _MOST_DISTANT):
        yield present + distance
        if present > distance:
            yield present - distance


def _is_lost(shapes: Sequence[Shape], of: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether a size of the first shape is unknown in all of the others, or in any of them."""
    whole, *others = shapes
    for axis, size in enumerate(whole or ()):
        if size is None:
            continue
        are_unknown = [_is_unknown(shape, axis) for shape in others]
        if of(are_unknown):
            return True
    return False


def _is_unknown(shape: Shape, axis: int) -> bool:
    return shape is None or shape[axis] is None


def _compares_counts(step: Step) -> bool:
    """Whether a layer may compare numbers of elements, and not just the sizes of axes."""
    if len(step.layer.bottom) > 1:
        return step.type not in _AXIS_BY_AXIS
    # Shared blobs must agree in shape, and that of an InnerProduct depends on the image.
    shares = any(param.name for param in step.layer.param)
    return shares and step.type not in _SIZE_FREE_WEIGHTS
