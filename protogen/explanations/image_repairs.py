"""Repairs of the size of the images: the nearest height and width that the net accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.edits import Edit
from protogen.explanations.changes import Change
from protogen.explanations.divergence import Divergence
from protogen.explanations.window_edits import Pair
from protogen.graph import Step
from protogen.input_sizes import InputSizes

__all__ = ["image_size"]

#: How many sizes of each axis are tried.
_TRIES = 24


def image_size(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The nearest height and width of the images that is accepted, if it is near."""
    if divergence.is_broadcast:
        return
    own = Counter((finding.code, finding.layer) for finding in divergence.join.faults)
    sizes = InputSizes(analysis, tolerated=analysis.errors - own)
    if not divergence.depends_on(sizes.images):
        return
    among = divergence.image_sizes(sizes.images)
    nearest = sizes.nearest(among=among, tries=_TRIES)
    if nearest is None or nearest == sizes.present or not _is_near(nearest, sizes.present):
        return
    shapes = {name: (*shape[:2], *nearest) for name, shape in sizes.images.items()}
    names = " and ".join(f'"{name}"' for name in shapes)
    edited = [_input_edits(analysis.values[name].step, name, nearest) for name in shapes]
    edits = tuple(edit for each in edited for edit in each) if all(edited) else ()
    title = f"{names} of {nearest[0]}x{nearest[1]}, the nearest size that is accepted"
    exact = sizes.nearest(exact=True, among=among, tries=_TRIES)
    if exact and exact != nearest:
        title += f", or {exact[0]}x{exact[1]}, for which no pooling rounds"
    yield Change(title, edits, {} if edits else shapes, resizes_images=True)


def _is_near(size: Pair, present: tuple[int | None, int | None]) -> bool:
    """Whether both sizes are within half and twice the present ones."""
    return all(
        before is not None and before <= 2 * after and after <= 2 * before
        for after, before in zip(size, present)
    )


def _input_edits(step: Step, name: str, size: Pair) -> list[Edit]:
    """The new size where an Input layer states it; otherwise it is not in the net to edit."""
    shapes = step.layer.input_param.shape if step.type == "Input" else ()
    if not shapes:
        return []
    index = list(step.layer.top).index(name) if len(shapes) > 1 else 0
    field = f"input_param.shape[{index}].dim"
    return [Edit(step.path(f"{field}[{2 + i}]"), "set", each) for i, each in enumerate(size)]
