"""Two versions of a text, as a unified diff."""

from __future__ import annotations

import difflib
import io

from protogen.cli._output import write_text

__all__ = ["show_difference"]


def show_difference(name: str, before: str, after: str) -> None:
    """Print what changed in a file, as ``patch`` takes it."""
    for line in difflib.unified_diff(_lines(before), _lines(after), name, name):
        write_text("-", line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")


def _lines(text: str) -> list[str]:
    """The lines as ``patch`` knows them: nothing but a newline ends one."""
    return io.StringIO(text, newline="\n").readlines()
