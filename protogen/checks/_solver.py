"""A solver as the checks see it: its message, and the files that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protogen.text import Document
from protogen.text.upgrade import upgrade_solver

if TYPE_CHECKING:
    from protogen.proto import SolverParameter

__all__ = ["POLICIES", "SolverFile"]

#: The fields that each ``lr_policy`` of Caffe reads, in addition to ``base_lr`` and ``max_iter``.
#: (source: ``SGDSolver::GetLearningRate``)
POLICIES = {
    "fixed": (),
    "step": ("gamma", "stepsize"),
    "exp": ("gamma",),
    "inv": ("gamma", "power"),
    "multistep": ("gamma", "stepvalue"),
    "poly": ("power",),
    "sigmoid": ("gamma", "stepsize"),
}

#: A layer at the beginning of a line. To read each file of a folder as a net would take seconds.
_LAYER = re.compile(rb"^\s*layers?\s*[:{<]", re.MULTILINE)


@dataclass(eq=False)
class SolverFile:
    """The text of a solver, and its message in Caffe's current format."""

    document: Document

    @cached_property
    def upgraded(self) -> Any:
        """The result of the upgrade, with its findings."""
        return upgrade_solver(self.document.message, self.document.locate)

    @property
    def message(self) -> SolverParameter:
        """The solver, upgraded if that is possible."""
        written: SolverParameter = self.document.message
        upgraded: SolverParameter | None = self.upgraded.message
        return written if upgraded is None else upgraded

    def given(self, *names: str) -> list[str]:
        """Those of these fields that the solver has."""
        written = {field.name for field, _ in self.message.ListFields()}
        return [name for name in names if name in written]

    def exists(self, path: str) -> bool:
        """Whether a path exists in one of the folders in which Caffe may be run.

        These are the current folder, the folder of the solver, and those above it: published
        solvers have paths that start at the root of Caffe.
        """
        return any(each.exists() for each in self._places(path))

    def is_folder(self, path: str) -> bool:
        """Whether a path is a folder wherever it exists."""
        found = [each for each in self._places(path) if each.exists()]
        return bool(found) and all(each.is_dir() for each in found)

    def _places(self, path: str) -> list[Path]:
        folder = self._folder
        bases = (Path.cwd(), folder, *folder.parents)
        # An absolute path replaces the folder.
        return [base / path for base in bases]

    @property
    def neighboring_nets(self) -> list[str]:
        """The names of the nets in the folder of the solver, without ``.prototxt``."""
        found = []
        for path in sorted(self._folder.glob("*.prototxt")):
            if _has_layers(path):
                found.append(path.stem)
        return found

    @property
    def _folder(self) -> Path:
        return Path(self.document.filename).absolute().parent


def _has_layers(path: Path) -> bool:
    """Whether a file is a net, not another solver."""
    # A file that cannot be read is not worth suggesting.
    try:
        return bool(_LAYER.search(path.read_bytes()))
    except OSError:
        return False
