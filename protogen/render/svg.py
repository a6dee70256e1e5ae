"""Elements of SVG: names from a net are always text, never markup."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

__all__ = ["element", "svg", "text"]

_FONT = "system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif"


def element(name: str, content: str = "", **attributes: Any) -> str:
    """One element. An underscore in an attribute stands for a hyphen."""
    written = []
    for key, value in attributes.items():
        # A tenth of a pixel is enough, and makes the file much shorter.
        shown = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
        # A word of Python, as class, has an underscore behind it.
        written.append(f" {key.strip('_').replace('_', '-')}={quoteattr(shown)}")
    opening = f"<{name}{''.join(written)}"
    if not content:
        return f"{opening}/>"
    return f"{opening}>{content}</{name}>"


def text(words: str, x: float, y: float, **attributes: Any) -> str:
    """A line of text."""
    return element("text", escape(words), x=x, y=y, **attributes)


def svg(content: str, width: float, height: float, title: str) -> str:
    """A whole picture on white paper, with a title for those who cannot see it."""
    paper = element("rect", width=width, height=height, fill="#ffffff")
    return element(
        "svg",
        f"{element('title', escape(title))}{paper}{content}",
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        width=width,
        height=height,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        font_family=_FONT,
        font_size=12,
    )
