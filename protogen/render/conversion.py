"""What `protogen convert` did, as data for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.render.diagnostic import diagnostic_data
from protogen.targets import Target
from protogen.transforms import Result, WeightChange

__all__ = ["data"]


def data(result: Result, targets: Sequence[Target]) -> dict[str, Any]:
    """The changes, the weights that a caffemodel has elsewhere, and what remains to be said."""
    return {
        "targets": [target.name for target in targets],
        "modified": result.modified,
        "changes": list(result.report),
        "weights": list(map(_weight_data, result.weights)),
        "diagnostics": list(map(diagnostic_data, result.diagnostics)),
    }


def _weight_data(change: WeightChange) -> dict[str, Any]:
    """Where the weights of one blob come from: another blob, or a value for all of it."""
    found: dict[str, Any] = {"layer": change.layer, "blob": change.blob, "shape": change.shape}
    if change.old_blob is None:
        return {**found, "value": change.value}
    old = {"layer": change.old_layer, "blob": change.old_blob, "shape": change.old_shape}
    return {**found, "from": old, "transposed": change.transposed}
