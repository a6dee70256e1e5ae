"""Other heights and widths of a net's images: which of them Caffe would accept.

Height and width are walked apart: with one of them unknown, inference finds what is wrong with the
other and nothing else. So a range of 500 sizes takes 1,000 walks, not 250,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any, NamedTuple

from protogen.analysis import Analysis
from protogen.graph import Graph, Step, Value
from protogen.layers._pooled import Axis, pooling_window
from protogen.layers._windows import empty_windows
from protogen.schema import Context, Fault
from protogen.shapes import Shape

__all__ = ["InputSizes", "Outcome"]

HEIGHT, WIDTH = 2, 3

#: How far from a size its nearest fellow is looked for.
_FAR = 256

#: So many of the nearest sizes of each axis are tried with those of the other.
_NEAR = 8

#: Layers of several bottoms that compare them axis by axis, or not at all.
_BY_AXIS = frozenset(("Eltwise", "Concat", "Crop", "Scale", "Bias", "Silence"))

#: Layers whose learnable blobs do not depend on the size of the images.
_WINDOWED = frozenset(("Convolution", "Deconvolution", "BatchNorm", "Scale", "Bias", "PReLU"))

#: A height and a width; ``None`` is not known, or not looked at.
Pair = tuple[int | None, int | None]

#: The shapes of a layer's bottoms, and of its tops.
_Seen = tuple[list[Shape], list[Shape]]


class Outcome(NamedTuple):
    """What becomes of one size.

    *legal*: Caffe accepts the net, and every window of its poolings holds something. *exact*: no
    pooling rounds besides, so that all frameworks make the same of it.
    """

    legal: bool
    exact: bool


class InputSizes:
    """A net in one state, to be walked with other sizes of its images.

    The images are the blobs of 4 axes that no layer computes and that are as large as the first of
    them; they change together (an image and its map of labels). ``present`` is their height and
    width, ``None`` where unknown. Errors that are ``tolerated`` make no size illegal: a net may
    have faults that have nothing to do with its size.
    """

    def __init__(
        self, analysis: Analysis, tolerated: Counter[tuple[str, str]] | None = None
    ) -> None:
        self._tolerated = tolerated or Counter()
        self._inputs = analysis.inputs
        self._walked = analysis.edited()
        self._graph = self._walked.graph
        self._memory: dict[Pair, Outcome] = {}
        self._windows = list(_windows(self._graph))
        self.images = _images(self._graph)
        *_, height, width = next(iter(self.images.values()), (None, None))
        self.present: Pair = (height, width)

    def outcome(self, height: int | None, width: int | None) -> Outcome:
        """Walk the net with this height and width; nothing is said of one that is ``None``."""
        size = (height, width)
        if size not in self._memory:
            result = self._resized(*size)
            accepted = not result.errors - self._tolerated
            axes = list(self._pooled()) if accepted else []
            sound = accepted and not any(axis.pooled < 1 or _empty(axis) for axis in axes)
            exact = not any(axis.rounds for axis in axes)
            self._memory[size] = Outcome(sound, sound and exact)
        return self._memory[size]

    def along(self, axis: int, size: int) -> Outcome:
        """Walk the net with one axis only: 0 is the height, 1 the width."""
        return self.outcome(size, None) if axis == 0 else self.outcome(None, size)

    def nearest(
        self,
        *,
        exact: bool = False,
        among: Mapping[int, Callable[[int], bool]] | None = None,
        tries: int = 2 * _FAR,
    ) -> tuple[int, int] | None:
        """The nearest height and width to the present ones that Caffe accepts.

        ``among`` may tell of each axis which sizes to try at all, and ``tries`` how many.
        """
        if None in self.present:
            return None
        near: list[list[int]] = []
        for axis, present in enumerate(self.present):
            assert present is not None
            tried = islice(filter((among or {}).get(axis), _around(present)), tries)
            found = (size for size in tried if self.along(axis, size)[exact])
            near.append(list(islice(found, _NEAR)))
        pairs = sorted(product(*map(enumerate, near)), key=lambda pair: pair[0][0] + pair[1][0])
        sizes = ((height, width) for (_, height), (_, width) in pairs)
        return next((size for size in sizes if self.outcome(*size)[exact]), None)

    def entangled(self, height: int, width: int) -> Step | None:
        """The first layer for which height and width cannot be judged apart, if there is one.

        It makes something of both together (a Reshape, a Flatten), or compares counts, which are
        not known where one of them is not.
        """
        sizes = ((height, width), (height, None), (None, width))
        walks = [self._snapshot(*size) for size in sizes]
        for number, step in enumerate(self._graph.steps):
            bottoms, tops = (list(zip(*(walk[number][side] for walk in walks))) for side in (0, 1))
            if any(_lost(shapes, all) for shapes in tops):
                return step
            if _compares_counts(step) and any(_lost(shapes, any) for shapes in bottoms):
                return step
        return None

    def refuses(self, height: int, width: int) -> Step | None:
        """The layer at which Caffe gives up a net of this size."""
        found = self._resized(height, width).faults
        return next((s for s in self._graph.steps if found and found[0] in s.faults), None)

    # Walking ---------------------------------------------------------------------------------

    def _resized(self, height: int | None, width: int | None) -> Analysis:
        images = {name: (*s[:HEIGHT], height, width) for name, s in self.images.items()}
        self._walked.walk_again({**self._inputs, **images})
        return self._walked

    def _pooled(self) -> Iterator[Axis]:
        """The axes that are pooled, as far as the last walk knows their sizes."""
        for step, window in self._windows:
            bottom = step.bottoms[0]
            if bottom is None or bottom.shape is None:
                continue
            sizes = zip(bottom.shape[HEIGHT:], window.kernel, window.stride, window.pad)
            for size, kernel, stride, pad in sizes:
                if size is not None:
                    yield Axis("", size, kernel, stride, pad, window.floor, window.clip)

    def _snapshot(self, height: int | None, width: int | None) -> list[_Seen]:
        self._resized(height, width)
        return [
            (
                [value.shape if value else None for value in step.bottoms],
                [value.shape for value in step.tops],
            )
            for step in self._graph.steps
        ]


def _images(graph: Graph) -> dict[str, tuple[int | None, ...]]:
    """The shapes of the blobs that are images."""
    found: dict[str, tuple[int | None, ...]] = {}
    for value in _sources(graph):
        shape = value.shape
        if shape is None or len(shape) != 4:
            continue
        first = next(iter(found.values()), shape)
        if shape[HEIGHT:] == first[HEIGHT:]:
            found[value.name] = shape
    return found


def _sources(graph: Graph) -> Iterator[Value]:
    for step in graph.steps:
        if not step.layer.bottom and step.layer.type != "Parameter":
            yield from step.tops


def _empty(axis: Axis) -> int:
    return empty_windows(axis.size, axis.stride, axis.pad, axis.pooled)


def _windows(graph: Graph) -> Iterator[tuple[Step, Any]]:
    """Each Pooling layer that does not pool globally, with its window."""
    for step in graph.steps:
        if step.layer.type != "Pooling" or step.layer.pooling_param.global_pooling:
            continue
        param = step.layer.pooling_param
        context = Context(step.layer, param, [(1, 1, 1, 1)], 1, graph.state.number, frozenset())
        try:
            yield step, pooling_window(context)
        except Fault:
            continue


def _around(present: int) -> Iterator[int]:
    """Sizes in order of their distance, from the present one outwards."""
    yield present
    for distance in range(1, _FAR):
        yield present + distance
        if present > distance:
            yield present - distance


def _lost(shapes: Sequence[Shape], of: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether a size of the first shape is lost in all of the others, or in any of them."""
    known, *partial = shapes
    return any(
        size is not None and of(shape is None or shape[axis] is None for shape in partial)
        for axis, size in enumerate(known or ())
    )


def _compares_counts(step: Step) -> bool:
    """Whether a layer may hold one count against another, and not just size against size."""
    layer = step.layer
    if len(layer.bottom) > 1:
        return layer.type not in _BY_AXIS
    return layer.type not in _WINDOWED and any(param.name for param in layer.param)
