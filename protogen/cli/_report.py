"""Findings printed in the form that was asked for."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import click

from protogen.reports.findings import Checked

__all__ = ["print_report"]


def print_report(
    files: Sequence[Checked], form: str, texts: Mapping[str, str], statistics: bool, out: TextIO
) -> None:
    """Print what was found. ``texts`` are those of the files, for the lines that are quoted."""
    if statistics and form != "json":
        _print_counts(files, out)
    else:
        for part in _parts(files, form, texts, statistics, out):
            click.echo(part, file=out)


def _parts(
    files: Sequence[Checked], form: str, texts: Mapping[str, str], statistics: bool, out: TextIO
) -> Iterator[str]:
    if form == "json":
        from protogen.render.findings import checked, counts
        from protogen.render.json import dumps

        yield dumps(counts(files) if statistics else checked(files))
    elif form == "sarif":
        from protogen.render.json import dumps
        from protogen.render.sarif import sarif

        yield dumps(sarif(files))
    elif form == "junit":
        from protogen.render.junit import junit

        yield '<?xml version="1.0" encoding="utf-8"?>\n' + junit(files)
    elif form == "github":
        from protogen.render.github import github

        yield from github(files)
    elif form == "concise":
        from protogen.render.concise import concise

        yield from concise(files)
    else:
        yield from _text(files, texts, out)


def _text(files: Sequence[Checked], texts: Mapping[str, str], out: TextIO) -> Iterator[str]:
    from protogen.render.counts import summary
    from protogen.render.text import coloured, diagnostics

    def source(file: str) -> str:
        if file in texts:
            return texts[file]
        return "".join(linecache.getlines(file)) if Path(file).is_file() else ""

    for file in files:
        for each in file.found:
            yield diagnostics([each], source, coloured(out)) + "\n"
    yield summary(files)


def _print_counts(files: Sequence[Checked], out: TextIO) -> None:
    from protogen.render.counts import counts_table, summary
    from protogen.render.table import show

    if any(file.found for file in files):
        show(out, counts_table(files))
    click.echo(summary(files), file=out)
