"""Changes of a net as a whole: one file for each, found by themselves.

A `Transform` is a pure function of a net: the net it is given stays as it is. It says in words what
it requires and what it ensures, and inference verifies the latter before anybody gets the result.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from protogen.transforms._transform import Result, Sequential, Transform, TransformError

__all__ = ["Result", "Sequential", "Transform", "TransformError", "names"]


def names() -> list[str]:
    """The names of all transforms: those of the files of this folder."""
    stems = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return sorted(stem for stem in stems if not stem.startswith("_"))


def __getattr__(name: str) -> Any:
    """The class of a transform: ``SafeFixes`` is in ``safe_fixes.py``."""
    for stem in names():
        if stem.replace("_", "") == name.lower():
            value = getattr(importlib.import_module(f"{__name__}.{stem}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *(stem.title().replace("_", "") for stem in names())])
