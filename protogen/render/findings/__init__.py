"""The formats of ``protogen check``: each module here is one, and its name is that of the format.

A format has a docstring, whose first line is its help, and a function ``render``. One that also
has ``render_statistics`` supports ``--statistics``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from protogen.render.formats import Formats

if TYPE_CHECKING:
    from protogen.render.context import Context
    from protogen.reports.findings import CheckedFile

__all__ = ["FORMATS", "FindingsFormat", "StatisticsFormat"]

FORMATS = Formats(__name__, __path__)


@runtime_checkable
class FindingsFormat(Protocol):
    """What the module of a format must have."""

    def render(self, files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
        """The findings in files, in parts that are printed one below the other."""


@runtime_checkable
class StatisticsFormat(Protocol):
    """What the module of a format also has if it supports ``--statistics``."""

    def render_statistics(self, files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
        """The number of findings of each rule, in parts."""
