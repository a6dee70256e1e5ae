"""A change that may repair a net, and what it keeps and changes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protogen.analysis import Analysis
from protogen.diagnostics import plural
from protogen.edits import Edit
from protogen.graph import Step
from protogen.shapes import Shape

__all__ = ["Change", "effects"]

#: So many blobs or layers are named; of more, only the number is given.
_NAMED = 2


@dataclass(frozen=True)
class Change:
    """One change to a net: edits, or other ``inputs``.

    ``resizes_images`` is whether the images themselves get another size. ``recomputes`` are the
    layers that compute something else with the weights they have, and ``relearns`` those whose
    weights change shape. A change that is ``local``
    inserts layers right before the join and otherwise changes only the join. ``is_window`` is
    whether it changes only windows on the ways to the join.
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


def effects(before: Analysis, after: Analysis, changes: Sequence[Change]) -> str:
    """What the changes keep and change: ``keeps all weights; changes the size of "pool7"``."""
    weights = [name for name in before.params if _any_differs(before, after, name)]
    weights += [step.name for change in changes for step in change.relearns]
    weights = list(dict.fromkeys(weights))
    recomputed = [step.name for change in changes for step in change.recomputes]
    resized = any(change.resizes_images for change in changes)
    sizes: list[str] = []
    if not resized:  # with other images every size changes
        blobs = after.blobs
        sizes = [name for name, shape in before.blobs.items() if _differs(shape, blobs.get(name))]
    found = []
    kept = [] if weights else ["weights"]
    if not sizes and not resized:
        kept.append("sizes")
    if kept:
        found.append(f"keeps all {' and '.join(kept)}")
    changed = _changed(weights, sizes, recomputed)
    if changed:
        joined = ", and " if any(" and " in each for each in changed) else " and "
        found.append(f"changes {joined.join(changed)}")
    return "; ".join(found)


def _changed(weights: list[str], sizes: list[str], recomputed: list[str]) -> list[str]:
    """What is changed, in words: ``the weights of "conv1"``."""
    found = []
    if weights and weights == sizes:  # a top usually has the name of its layer
        found.append(f"the weights and the size of {_names(weights, 'layer')}")
    else:
        if weights:
            found.append(f"the weights of {_names(weights, 'layer')}")
        if sizes:
            found.append(f"the size of {_names(sizes, 'blob')}")
    if recomputed:
        verb = "computes" if len(set(recomputed)) == 1 else "compute"
        found.append(f"what {_names(recomputed, 'layer')} {verb}")
    return found


def _any_differs(before: Analysis, after: Analysis, layer: str) -> bool:
    return any(map(_differs, before.params[layer], after.params.get(layer, ())))


def _differs(before: Shape, after: Shape) -> bool:
    """Whether a shape is another one, as far as both are known."""
    if before is None or after is None:
        return False
    if len(before) != len(after):
        return True
    return any(None not in (one, other) and one != other for one, other in zip(before, after))


def _names(names: Sequence[str], what: str) -> str:
    distinct = list(dict.fromkeys(names))
    if len(distinct) > _NAMED:
        return plural(len(distinct), what)
    return " and ".join(f'"{name}"' for name in distinct)
