"""The formats of ``protogen shapes``: each module here is one, and its name is that of the format.

A format has a docstring, whose first line is its help, and the members of `NetFormat`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from protogen.render.formats import Formats

if TYPE_CHECKING:
    from protogen.render.context import Context
    from protogen.reports.summary import NetSummary

__all__ = ["FORMATS", "NetFormat"]

FORMATS = Formats(__name__, __path__)


@runtime_checkable
class NetFormat(Protocol):
    """What the module of a format must have.

    ``INCLUDES_DIAGNOSTICS`` is whether the output contains the diagnostics. If it does not, they
    are printed on standard error.
    """

    INCLUDES_DIAGNOSTICS: bool

    def render(self, nets: Iterable[NetSummary], context: Context) -> Iterator[str]:
        """The nets, in parts that are printed one below the other."""
