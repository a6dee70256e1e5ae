"""Findings for the tests of every format."""

from __future__ import annotations

from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Edit, Fix
from protogen.reports.findings import CheckedFile

EMPTY = Diagnostic(
    Severity.ERROR,
    "P101",
    "pool1",
    "100% empty, or so",
    Location("nets/a,b.prototxt", 7, 5, 7, 14),
    "round_mode: FLOOR",
    "empty-pooling-window",
    "Pooling",
    fix=Fix(
        "round_mode: FLOOR",
        (Edit(("layer", 1, "pooling_param", "round_mode"), "set", "FLOOR"),),
        safe=True,
    ),
)
SEVERAL_LINES = Diagnostic(
    Severity.NOTE, "T390", "", "unknown rule", Location("nets/a,b.prototxt", 2, 3, 4, 1)
)
WITHOUT_PLACE = Diagnostic(Severity.WARNING, "W101", "c", "starts at zero", name="missing-filler")

FILES = [
    CheckedFile("nets/a,b.prototxt", [SEVERAL_LINES, EMPTY]),
    CheckedFile("good.prototxt", []),
    CheckedFile("net.py:lenet", [WITHOUT_PLACE]),
]
