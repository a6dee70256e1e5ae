"""Changes of a net as a whole, with one file for each.

A `Transform` is a pure function of a net, which leaves that net as it is. It says in words what it
requires and what it ensures, and inference verifies the latter before the result is returned.
"""

from __future__ import annotations

import importlib

from protogen.modules import module_names
from protogen.transforms._transform import Result, Sequential, Transform, TransformError
from protogen.transforms._weight_changes import WeightChange

__all__ = ["Result", "Sequential", "Transform", "TransformError", "WeightChange", "names"]


def names() -> list[str]:
    """The names of all transforms, which are those of the files in this folder."""
    return module_names(__path__)


def __getattr__(name: str) -> type[Transform]:
    """The class of a transform, imported on first use: ``SafeFixes`` is in ``safe_fixes.py``."""
    for stem in names():
        if stem.replace("_", "") == name.lower():
            transform: type[Transform] = getattr(
                importlib.import_module(f"{__name__}.{stem}"), name
            )
            globals()[name] = transform
            return transform
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    classes = [stem.title().replace("_", "") for stem in names()]
    return sorted([*__all__, *classes])
