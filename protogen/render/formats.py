"""Output formats: each module of a package is one, and adding a file adds a format."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
from collections.abc import Sequence
from importlib.abc import InspectLoader
from types import ModuleType

__all__ = ["Formats"]


class Formats:
    """The formats of one package. A module whose name begins with ``_`` is not a format.

    A format is imported only when it is used. Listing the names reads the folder, and listing the
    summaries reads the source files, so that the start of a command and its help stay fast.
    """

    def __init__(self, package: str, path: Sequence[str]) -> None:
        self._package = package
        self._path = path

    def names(self) -> tuple[str, ...]:
        """The names of the formats, in alphabetical order."""
        names = []
        for module in pkgutil.iter_modules(self._path):
            if not module.name.startswith("_"):
                names.append(module.name)
        return tuple(sorted(names))

    def load(self, name: str) -> ModuleType:
        """The module of a format."""
        return importlib.import_module(f"{self._package}.{name}")

    def summary(self, name: str) -> str:
        """What a format is: the first line of its module's docstring."""
        source = self._source(name)
        if source is not None:
            doc = ast.get_docstring(ast.parse(source))
        else:  # a frozen program has no sources
            doc = self.load(name).__doc__
        return (doc or "").strip().partition("\n")[0]

    def _source(self, name: str) -> str | None:
        """The source of a module, without importing it."""
        spec = importlib.util.find_spec(f"{self._package}.{name}")
        if spec is None or not isinstance(spec.loader, InspectLoader):
            return None
        return spec.loader.get_source(spec.name)
