"""One JSON object with every finding. Scripts rely on its keys."""

from __future__ import annotations

import json
from typing import Any

from protogen.render.context import Context
from protogen.render.findings.json import render, render_statistics
from protogen.reports.findings import CheckedFile
from tests.render.findings.samples import EMPTY, FILES


def rendered(files: list[CheckedFile]) -> Any:
    return json.loads("".join(render(files, Context())))


def test_files_counts_and_findings() -> None:
    data = rendered(FILES)
    assert list(data) == [
        "files",
        "errors",
        "warnings",
        "notes",
        "fixed",
        "unchecked",
        "diagnostics",
    ]
    assert data["files"] == ["nets/a,b.prototxt", "good.prototxt", "net.py:lenet"]
    assert (data["errors"], data["warnings"], data["notes"], data["fixed"]) == (1, 1, 1, 0)
    _, _, without_place = data["diagnostics"]
    assert without_place["file"] == "net.py:lenet"
    assert "location" not in without_place


def test_every_key_of_a_finding() -> None:
    _, empty, _ = rendered(FILES)["diagnostics"]
    assert empty == {
        "file": "nets/a,b.prototxt",
        "severity": "error",
        "code": "P101",
        "name": "empty-pooling-window",
        "layer": "pool1",
        "type": "Pooling",
        "message": "100% empty, or so",
        "hint": "round_mode: FLOOR",
        "location": {
            "file": "nets/a,b.prototxt",
            "line": 7,
            "column": 5,
            "end_line": 7,
            "end_column": 14,
        },
        "fix": {
            "title": "round_mode: FLOOR",
            "edits": [{"layer_index": 1, "field": "pooling_param.round_mode", "value": "FLOOR"}],
            "safe": True,
        },
    }


def test_what_was_fixed_is_counted() -> None:
    assert rendered([CheckedFile("a", [], [EMPTY, EMPTY])])["fixed"] == 2


def test_statistics() -> None:
    files = [*FILES, CheckedFile("b.prototxt", [EMPTY])]
    counts = json.loads("".join(render_statistics(files, Context())))
    assert counts[0] == {
        "code": "P101",
        "name": "empty-pooling-window",
        "number": 2,
        "fixable": 2,
    }
