"""The modules of a package, wherever it is: in a folder, in a zip file, in a frozen program."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable

__all__ = ["module_names"]


def module_names(path: Iterable[str]) -> list[str]:
    """The modules in the ``__path__`` of a package, sorted, without those that begin with ``_``."""
    names = (module.name for module in pkgutil.iter_modules(path))
    return sorted(name for name in names if not name.startswith("_"))
