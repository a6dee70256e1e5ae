"""The heights and widths of images that a net accepts, and those for which no pooling rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.input_sizes import InputSizes, Outcome

__all__ = ["AxisSizes", "Sizes", "safe_sizes"]


@dataclass(frozen=True)
class AxisSizes:
    """The sizes of one axis that a net accepts, out of a range.

    *legal*: Caffe accepts the net, and no pooling window is empty. *exact*: in addition, no pooling
    rounds, so that all frameworks compute the same sizes.
    """

    name: str
    legal: tuple[int, ...]
    exact: tuple[int, ...]


@dataclass(frozen=True)
class Sizes:
    """The sizes of images that a net accepts.

    ``images`` are the blobs that hold images, ``present`` is their size in the net, and
    ``rejected`` is whether Caffe rejects the net with it. If the present size is unknown, it and
    the nearest sizes are ``None``.

    ``together`` names the first layer that depends on both height and width. If it is empty, any
    legal height goes with any legal width. If it is not, each of the ``axes`` is for the nearest
    legal size of the other axis, and a third entry is for squares. (If the present size is
    unknown, the axes are what height and width need by themselves.)
    """

    images: tuple[str, ...]
    present: tuple[int, int] | None
    rejected: bool
    together: str
    axes: tuple[AxisSizes, ...]
    nearest: tuple[int, int] | None
    nearest_exact: tuple[int, int] | None


def safe_sizes(analysis: Analysis, sizes: Sequence[int]) -> Sizes | None:
    """The sizes, among ``sizes``, that a net accepts; ``None`` if the net has no images.

    Height and width are tried separately. If a layer depends on both, such as a Reshape, the net is
    inferred for pairs of them.
    """
    found = InputSizes(analysis)
    if not found.images:
        return None
    present = _present(found)
    nearest = found.nearest()
    axes: tuple[AxisSizes, ...] = (
        _axis(found, 0, "height", sizes),
        _axis(found, 1, "width", sizes),
    )
    # Trying each axis alone takes 2 * n inferences; all pairs would take n * n.
    step = _dependent_layer(found, axes)
    if step and present:
        axes = _together(found, nearest or present, axes)
    return Sizes(
        tuple(found.images),
        present,
        rejected=not found.outcome(*found.present).legal,
        together=step.layer.name if step else "",
        axes=axes,
        nearest=nearest,
        nearest_exact=found.nearest(exact=True),
    )


def _present(found: InputSizes) -> tuple[int, int] | None:
    """The height and the width of the images in the net, if both are known."""
    height, width = found.present
    if height is None or width is None:
        return None
    return height, width


def _axis(found: InputSizes, axis: int, name: str, sizes: Sequence[int]) -> AxisSizes:
    """The sizes that one axis needs, with the other axis unknown."""
    verdicts = {size: found.along(axis, size) for size in sizes}
    return _accepted(name, verdicts)


def _dependent_layer(found: InputSizes, apart: Sequence[AxisSizes]) -> Step | None:
    """The first layer that depends on both height and width, if there is one."""
    heights, widths = (axis.legal for axis in apart)
    # On one of the axes, Caffe accepts no size at all.
    if not heights or not widths:
        return None
    # A blob with too many elements depends on both, too. If there is one, it is too large for the
    # largest height with the largest width.
    height, width = heights[-1], widths[-1]
    dependent = found.dependent_layer(height, width)
    return dependent or found.rejecting_layer(height, width)


def _together(
    found: InputSizes, around: tuple[int, int], apart: Sequence[AxisSizes]
) -> tuple[AxisSizes, ...]:
    """The sizes that the whole net accepts: each axis with the other one fixed, and squares."""
    height, width = around
    # A size that an axis rejects separately cannot be legal in any pair.
    heights, widths = (axis.legal for axis in apart)
    squares = sorted(set(heights) & set(widths))
    with_width = {size: (size, width) for size in heights}
    with_height = {size: (height, size) for size in widths}
    return (
        _pairs(found, f"height (width {width})", with_width),
        _pairs(found, f"width (height {height})", with_height),
        _pairs(found, "both", {size: (size, size) for size in squares}),
    )


def _pairs(found: InputSizes, name: str, pairs: Mapping[int, tuple[int, int]]) -> AxisSizes:
    """Those pairs of height and width that the net accepts."""
    outcomes = {size: found.outcome(*pair) for size, pair in pairs.items()}
    return _accepted(name, outcomes)


def _accepted(name: str, outcomes: Mapping[int, Outcome]) -> AxisSizes:
    legal: list[int] = []
    exact: list[int] = []
    for size, outcome in outcomes.items():
        if outcome.legal:
            legal.append(size)
        if outcome.exact:
            exact.append(size)
    return AxisSizes(name, tuple(legal), tuple(exact))
