"""The modules of a package, wherever it is: in a folder, in a zip file, in a frozen program."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable

__all__ = ["module_names"]


def module_names(path: Iterable[str]) -> list[str]:
    """The modules in the ``__path__`` of a package, sorted, without those that begin with ``_``."""
    # Looking for .py files would find nothing in a zip file.
    found = []
    for module in pkgutil.iter_modules(path):
        if not module.name.startswith("_"):
            found.append(module.name)
    return sorted(found)
