"""Findings, one to a line, as editors read them: ``file:line:col: error[P101] ...``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


from protogen.reports.findings import Checked

__all__ = ["concise"]


def concise(files: Iterable[Checked]) -> Iterator[str]:
    """A line for each finding; ``[*]`` at its end marks those that ``--fix`` mends."""
    for file in files:
        for each in file.found:
            place = "" if each.location else f"{file.file}: "
            yield f"{place}{each.headline}{' [*]' if each.fixable else ''}"
