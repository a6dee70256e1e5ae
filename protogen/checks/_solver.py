"""A solver as rules see it: its message, and where the paths in it may lead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from protogen.text import Document
from protogen.text.upgrade import upgrade_solver

__all__ = ["POLICIES", "SolverFile"]

#: What each ``lr_policy`` of Caffe reads beside ``base_lr`` and ``max_iter``.
POLICIES = {
    "fixed": (),
    "step": ("gamma", "stepsize"),
    "exp": ("gamma",),
    "inv": ("gamma", "power"),
    "multistep": ("gamma", "stepvalue"),
    "poly": ("power",),
    "sigmoid": ("gamma", "stepsize"),
}


@dataclass(eq=False)
class SolverFile:
    """A solver's text, and what it says in Caffe's present format."""

    document: Document

    @cached_property
    def upgraded(self) -> Any:
        """What the upgrade made of it, with its findings."""
        return upgrade_solver(self.document.message, self.document.locate)

    @property
    def message(self) -> Any:
        """The ``SolverParameter``, upgraded where that can be done."""
        upgraded = self.upgraded.message
        return self.document.message if upgraded is None else upgraded

    def given(self, *names: str) -> list[str]:
        """Those of these fields that are written."""
        written = {field.name for field, _ in self.message.ListFields()}
        return [name for name in names if name in written]

    def exists(self, path: str) -> bool:
        """Whether a path is there, seen from where Caffe may be run.

        That is the current folder, the solver's own or one above it: published solvers have paths
        from the root of Caffe.
        """
        own = self._folder
        return any((base / path).exists() for base in (Path.cwd(), own, *own.parents))

    @property
    def beside(self) -> list[str]:
        """The other prototxt files in the solver's folder."""
        name = Path(self.document.filename).name
        return sorted(p.name for p in self._folder.glob("*.prototxt") if p.name != name)

    @property
    def _folder(self) -> Path:
        return Path(self.document.filename).absolute().parent
