"""The code of a Jupyter notebook, as a script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["NotebookError", "code_of"]

#: A line for IPython or for the shell: ``%matplotlib inline``, ``!cat x``, ``x = !ls``.
_MAGIC = re.compile(r"^(\s*)(?:[%!].*|\w+ *= *[%!].*|\w[\w.]*\?+)$")


class NotebookError(ValueError):
    """A file that is not a notebook."""


def code_of(notebook: bytes) -> tuple[str, list[str]]:
    """The code of all cells together, and that of each cell. Raises `NotebookError`.

    Each cell begins with as many empty lines as the cells before it have, so that the numbers of
    lines are those of all cells together. What is for IPython or the shell does nothing.
    """
    try:
        codes = [_python(source) for source in _sources(json.loads(notebook))]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotebookError("is not a Jupyter notebook") from None
    cells = []
    before = 0
    for code in codes:
        cells.append("\n" * before + code)
        before += code.count("\n")
    return "".join(codes), cells


def _sources(content: Any) -> Iterator[str]:
    # Notebooks before version 4 have worksheets, and call the source "input".
    sheets = content.get("worksheets") or [content]
    for sheet in sheets:
        for cell in sheet["cells"]:
            if cell["cell_type"] == "code":
                older = cell.get("input", "")
                yield "".join(cell.get("source", older))


def _python(source: str) -> str:
    """A cell without the lines that are not Python; a cell for a magic command has none."""
    lines = source.split("\n")
    if lines[0].startswith("%%"):
        lines = [""] * len(lines)
    is_continued = False
    for index, line in enumerate(lines):
        # A command for the shell goes on after a backslash, on lines of any form.
        if is_continued:
            lines[index] = ""
        elif _MAGIC.match(line):
            lines[index] = _MAGIC.sub(r"\1pass", line)
        else:
            continue
        is_continued = line.endswith("\\")
    return "\n".join(lines) + "\n"
