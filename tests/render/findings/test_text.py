"""Findings for people."""

from __future__ import annotations

from protogen.render.context import Context
from protogen.render.findings.text import render, render_statistics
from protogen.reports.findings import CheckedFile
from tests.render.findings.samples import EMPTY, FILES, WITHOUT_PLACE

TEXT = "\n" * 6 + "    pool { }\n"


def test_findings_with_an_empty_line_after_each_and_the_totals() -> None:
    context = Context(source=lambda file: TEXT if file == "nets/a,b.prototxt" else "")
    parts = list(render(FILES, context))
    assert parts[1] == (
        'nets/a,b.prototxt:7:5: error[P101] layer "pool1" (Pooling): 100% empty, or so\n'
        "        pool { }\n"
        "        ^^^^^^^^\n"
        "  hint:  round_mode: FLOOR\n"
    )
    assert parts[2:] == [
        'warning[W101] layer "c": starts at zero\n',
        "Found 1 error, 1 warning, 1 note in 3 files (1 fixable with --fix)",
    ]


def test_without_the_totals() -> None:
    context = Context(summary=False)
    assert len(list(render(FILES, context))) == 3
    assert len(list(render_statistics(FILES, context))) == 1
    assert list(render([CheckedFile("a", [])], context)) == []


def test_the_totals() -> None:
    def totals(*files: CheckedFile) -> str:
        return list(render(files, Context()))[-1]

    assert totals(CheckedFile("a", [])) == "No findings in 1 file"
    assert totals() == "No findings in 0 files"
    assert totals(CheckedFile("a", [WITHOUT_PLACE, WITHOUT_PLACE], [EMPTY])) == (
        "Fixed 1 finding. Found 2 warnings in 1 file"
    )


def test_statistics() -> None:
    files = [*FILES, CheckedFile("b.prototxt", [EMPTY])]
    table, totals = render_statistics(files, Context())
    assert table.split("\n") == [
        "number  code  name",
        "     2  P101  empty-pooling-window  [*]",
        "     1  T390",
        "     1  W101  missing-filler",
    ]
    assert totals == "Found 2 errors, 1 warning, 1 note in 4 files (2 fixable with --fix)"
    assert list(render_statistics([], Context())) == ["No findings in 0 files"]
