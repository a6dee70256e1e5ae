"""A change that may repair a net, and what it keeps and changes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protogen.analysis import Analysis
from protogen.diagnostics import plural
from protogen.edits import Edit
from protogen.graph import Step
from protogen.shapes import differ

__all__ = ["Change", "effects", "unused_name"]

#: So many blobs or layers are named; of more, only the number is given.
_NAMED = 2


@dataclass(frozen=True)
class Change:
    """One change to a net: edits, or other ``inputs``.

    ``resizes_images`` is whether the images themselves get another size. ``recomputes`` are the
    layers that compute something else with the weights they have, and ``relearns`` those whose
    weights change shape. A change that is ``local`` inserts layers right before the join and
    otherwise changes only the join. ``is_window`` is whether it changes only windows on the ways to
    the join.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    inputs: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    resizes_images: bool = False
    recomputes: tuple[Step, ...] = ()
    relearns: tuple[Step, ...] = ()
    local: bool = False
    is_window: bool = False
    safe: bool = False


def unused_name(analysis: Analysis, name: str) -> str:
    """A name for a new layer and its top, like the given one, that nothing in the net has."""
    # Layers and blobs have names of their own, but a new layer gives its top the same name.
    taken = {step.name for step in analysis.steps}
    taken.update(analysis.values)
    while name in taken:
        name += "_"
    return name


def effects(before: Analysis, after: Analysis, changes: Sequence[Change]) -> str:
    """What the changes keep and change: ``keeps all weights; changes the size of "pool7"``."""
    weights = _changed_weights(before, after)
    recomputed: dict[str, None] = {}
    resized = False
    for change in changes:
        # The shapes of weights after the join were unknown before, so the change names its layers.
        weights.update(_layer_names(change.relearns))
        recomputed.update(_layer_names(change.recomputes))
        resized = resized or change.resizes_images
    sizes: dict[str, None] = {}
    # With images of another size, the size of every blob changes, which is not worth a word.
    if not resized:
        sizes = _changed_sizes(before, after)
    kept = []
    if not weights:
        kept.append("weights")
    if not sizes and not resized:
        kept.append("sizes")
    found = []
    if kept:
        things = " and ".join(kept)
        found.append(f"keeps all {things}")
    changed = _changed(list(weights), list(sizes), list(recomputed))
    if changed:
        found.append(f"changes {_joined(changed)}")
    return "; ".join(found)


def _layer_names(steps: Sequence[Step]) -> dict[str, None]:
    """The names of layers, in order; a net may have a name twice."""
    return dict.fromkeys([step.name for step in steps])


def _changed_weights(before: Analysis, after: Analysis) -> dict[str, None]:
    """The names of the layers whose learnable blobs have another shape."""
    found: dict[str, None] = {}
    for name, shapes in before.params.items():
        new_shapes = after.params.get(name, ())
        # What is unknown before or after does not count as a change.
        if any(map(differ, shapes, new_shapes)):
            found[name] = None
    return found


def _changed_sizes(before: Analysis, after: Analysis) -> dict[str, None]:
    """The names of the blobs that have another shape."""
    found: dict[str, None] = {}
    shapes = after.blobs
    for name, shape in before.blobs.items():
        if differ(shape, shapes.get(name)):
            found[name] = None
    return found


# Words -----------------------------------------------------------------------------------------


def _changed(weights: list[str], sizes: list[str], recomputed: list[str]) -> list[str]:
    """What is changed, in words: ``the weights of "conv1"``."""
    found = []
    # A top usually has the name of its layer, so that one name stands for both.
    if weights and weights == sizes:
        found.append(f"the weights and the size of {_names(weights, 'layer')}")
        sizes = []
    elif weights:
        found.append(f"the weights of {_names(weights, 'layer')}")
    if sizes:
        found.append(f"the size of {_names(sizes, 'blob')}")
    if recomputed:
        verb = "compute"
        if len(recomputed) == 1:
            verb = "computes"
        found.append(f"what {_names(recomputed, 'layer')} {verb}")
    return found


def _names(names: list[str], what: str) -> str:
    if len(names) > _NAMED:
        return plural(len(names), what)
    quoted = [f'"{name}"' for name in names]
    return " and ".join(quoted)


def _joined(parts: list[str]) -> str:
    """The parts with "and", after a comma if a part itself has one."""
    separator = " and "
    for part in parts:
        if " and " in part:
            separator = ", and "
    return separator.join(parts)
