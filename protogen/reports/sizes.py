"""Which heights and widths of its images a net accepts, and for which no pooling rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.input_sizes import InputSizes

__all__ = ["AxisSizes", "Sizes", "safe_sizes"]


@dataclass(frozen=True)
class AxisSizes:
    """The sizes of a range that one axis may have.

    ``legal``: Caffe accepts the net, and every pooling window holds something. ``exact``: no
    pooling rounds besides, so that all frameworks make the same sizes of it.
    """

    name: str
    legal: tuple[int, ...]
    exact: tuple[int, ...]


@dataclass(frozen=True)
class Sizes:
    """The sizes that a net's images may have.

    ``together`` names the layer that mixes height and width, or is empty: then any legal height
    goes with any legal width. Otherwise ``axes`` hold for the nearest legal size of the other axis,
    and a third entry for squares (or, if none is known, are what each axis needs by itself).
    ``present`` is ``None`` where the sizes are not known, and so are
    the nearest ones; ``refused`` says that Caffe does not accept the present one.
    """

    images: tuple[str, ...]
    present: tuple[int, int] | None
    refused: bool
    together: str
    axes: tuple[AxisSizes, ...]
    nearest: tuple[int, int] | None
    nearest_exact: tuple[int, int] | None


def safe_sizes(
    analysis: Analysis,
    sizes: Sequence[int],
) -> Sizes | None:
    """Find the sizes, of those given, that a net accepts; ``None`` if it has no images at all.

    Height and width are walked apart. What a layer makes of the two together (a Reshape, say) is
    looked for, and where there is such a layer whole nets are inferred.
    """
    found = InputSizes(analysis)
    if not found.images:
        return None
    height, width = found.present
    known = (height, width) if height is not None and width is not None else None
    nearest = found.nearest()
    apart = [_axis(found, axis, name, sizes) for axis, name in enumerate(("height", "width"))]
    step = _mixing(found, apart)
    return Sizes(
        tuple(found.images),
        known,
        refused=not found.outcome(height, width).legal,
        together=step.layer.name if step else "",
        axes=_together(found, nearest or known, apart) if step and known else tuple(apart),
        nearest=nearest,
        nearest_exact=found.nearest(exact=True),
    )


def _axis(found: InputSizes, axis: int, name: str, sizes: Sequence[int]) -> AxisSizes:
    outcomes = [(size, found.along(axis, size)) for size in sizes]
    return AxisSizes(
        name,
        tuple(size for size, outcome in outcomes if outcome.legal),
        tuple(size for size, outcome in outcomes if outcome.exact),
    )


def _mixing(found: InputSizes, apart: Sequence[AxisSizes]) -> Step | None:
    """The layer for which height and width cannot be judged apart.

    A count that grows too large needs both too: the largest height with the largest width tells.
    """
    height, width = (axis.legal[-1:] for axis in apart)
    if not (height and width):
        return None
    corner = height[0], width[0]
    return found.entangled(*corner) or found.refuses(*corner)


def _together(
    found: InputSizes, around: tuple[int, int] | None, apart: Sequence[AxisSizes]
) -> tuple[AxisSizes, ...]:
    """The sizes by whole nets: along each axis with the other left as it is, and squares."""
    assert around is not None
    height, width = around
    heights, widths = apart
    squares = [size for size in heights.legal if size in set(widths.legal)]
    pairs = {
        f"height (width {width})": [((size, width), size) for size in heights.legal],
        f"width (height {height})": [((height, size), size) for size in widths.legal],
        "both": [((size, size), size) for size in squares],
    }
    return tuple(
        AxisSizes(
            name,
            tuple(size for pair, size in each if found.outcome(*pair).legal),
            tuple(size for pair, size in each if found.outcome(*pair).exact),
        )
        for name, each in pairs.items()
    )
