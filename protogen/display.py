"""How objects look when Python prints them, or a notebook shows them.

`protogen.render.display` knows. It is a later package, so it is imported when it is needed.
"""

from __future__ import annotations

import importlib

__all__ = ["Displayed", "html", "text"]

_RENDER = "protogen.render.display"


def text(shown: object) -> str:
    """The object as text for people."""
    return str(importlib.import_module(_RENDER).text(shown))


def html(shown: object) -> str:
    """The object as HTML for a notebook."""
    return str(importlib.import_module(_RENDER).html(shown))


class Displayed:
    """An object that is printed as its report, and shown as such by a notebook."""

    __slots__ = ()

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)
