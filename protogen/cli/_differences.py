"""Two versions of a text, as a unified diff."""

from __future__ import annotations

import difflib
import io

from protogen.cli._output import write_text
from protogen.diagnostics import one_line

__all__ = ["show_difference"]

_NO_NEWLINE = "\n\\ No newline at end of file\n"


def show_difference(name: str, old: str, new: str) -> None:
    """Print the changes of a file in the form that ``patch`` takes."""
    name = one_line(name)  # a newline in it would end the header
    for line in difflib.unified_diff(_lines(old), _lines(new), name, name):
        # Without this line, patch would add the newline that is missing in the file.
        if not line.endswith("\n"):
            line += _NO_NEWLINE
        write_text("-", line)


def _lines(text: str) -> list[str]:
    """The lines as ``patch`` counts them: only a newline ends one."""
    return io.StringIO(text, newline="\n").readlines()
