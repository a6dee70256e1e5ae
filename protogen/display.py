"""How objects look when Python prints them, or a notebook shows them.

`protogen.render.display` knows. It is a later package, so it is imported when it is needed.
"""

from __future__ import annotations

import importlib
import os

__all__ = ["Displayed", "Drawing", "drawing", "html", "text"]

_RENDER = "protogen.render.display"


def text(shown: object) -> str:
    """The object as text for people."""
    return str(importlib.import_module(_RENDER).text(shown))


def html(shown: object) -> str:
    """The object as HTML for a notebook."""
    return str(importlib.import_module(_RENDER).html(shown))


def drawing(shown: object, **options: object) -> Drawing:
    """The object as a picture."""
    return Drawing(str(importlib.import_module(_RENDER).svg(shown, **options)))


class Drawing:
    """A picture: a notebook shows it, and ``str`` of it is its SVG."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<drawing, {len(self.svg):,} characters of SVG>"

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the SVG to a file in one step. Raises `OSError` if that fails."""
        importlib.import_module("protogen.files").write_file(path, self.svg)


class Displayed:
    """An object that is printed as its report, and shown as such by a notebook."""

    __slots__ = ()

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)
