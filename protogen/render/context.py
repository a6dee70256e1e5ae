"""What a format needs to know about where its output goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

__all__ = ["Context", "Source", "wants_color"]

#: Returns the text of a file, or an empty string if it is unavailable.
Source = Callable[[str], str]


def _no_source(file: str) -> str:
    return ""


@dataclass(frozen=True)
class Context:
    """Where the output of a format goes, and what else it may use.

    ``terminal`` is whether tables may have boxes, ``color`` whether text may have colors,
    ``summary`` whether a sentence with the totals is wanted. ``source`` returns the text of a file,
    for the lines that a format quotes.
    """

    terminal: bool = False
    color: bool = False
    summary: bool = True
    source: Source = _no_source


def wants_color(out: TextIO) -> bool:
    """Whether to write colors to ``out``: on a terminal, unless the environment says otherwise.

    ``NO_COLOR`` turns colors off and ``FORCE_COLOR`` turns them on, if they are set and not empty.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    # A terminal of the type "dumb", such as a shell in Emacs, prints the codes of colors as text.
    return out.isatty() and os.environ.get("TERM") != "dumb"
