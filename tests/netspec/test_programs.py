"""Random NetSpec programs, compared with what they did in a real pycaffe."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from protogen.diagnostics import Diagnostic, ProtogenError
from protogen.netspec.record import record
from tests.conftest import rows

#: NetSpec's own limits, which are not ours: these mistakes are none here.
LIMITS = {
    "deconvolution-flat",
    "empty-list",
    "enum-by-string",
    "has-asked",
    "im2col-flat",
    "message-for-message",
    "recurrent-flat",
    "tuple-for-list",
}

ROWS = rows("netspec.jsonl.gz")

Row = dict[str, Any]


def execute(row: Row) -> tuple[Any, Exception | None]:
    """The message of a program, or what it raised."""
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(row["source"], "program.py", "exec"), names)
    except Exception as error:
        return None, error
    return names["result"], None


def differences(row: Row, reported: list[Diagnostic]) -> list[str]:
    """In what a program differs from what the real pycaffe did."""
    record.clear()
    reported.clear()
    message, error = execute(row)
    if not row["ok"]:
        return _unreported(row, error)
    if error is not None:
        return [f"raised {error!r}"]
    sha256 = hashlib.sha256(message.SerializePartialToString(deterministic=True)).hexdigest()
    found = []
    if sha256 != row["sha256"]:
        found.append("another message")
    if "made" in row:
        found += _other_losses(row, reported)
    return found


def _unreported(row: Row, error: Exception | None) -> list[str]:
    """A program that NetSpec rejects raises here, too, unless it met a limit of NetSpec."""
    if row.get("mistake") is None or row["mistake"] in LIMITS:
        return [f"raised {error!r}"] if error is not None else []
    if error is None:
        # What the schemas of forks have is accepted with a warning.
        allowed = {"enum-unknown-number", "deleted"}
        return [] if row["mistake"] in allowed else ["accepted"]
    if isinstance(error, ProtogenError):
        place = error.diagnostics[0].location
        return [] if place and place.file == "program.py" and place.line else ["no line"]
    return [] if row["mistake"] in ("wrong-count", "deleted") else [f"raised {error!r}"]


def _other_losses(row: Row, reported: list[Diagnostic]) -> list[str]:
    made = record.messages[-1]
    lines = [(name, line) for name, (_, line) in made.lines]
    dropped = []
    for each in record.dropped():
        if each.name == "dropped-layer" and each.location:
            dropped.append([each.type, each.location.line])
    found = []
    if lines != [(name, line) for name, _, line in row["made"]]:
        found.append("other lines")
    if sorted(dropped) != sorted(row["dropped"]):
        found.append("other dropped layers")
    if _names(reported, r'also named "(.*)"$') != set(row["names_twice"]):
        found.append("other names twice")
    if _names(reported, r'blob "(.*)" is also produced') != set(row["tops_twice"]):
        found.append("other tops twice")
    # Such a program has deleted a layer since, and a name with it.
    changed = "del result.layer[0]" in row["source"]
    lost = _names(reported, r'no blob is named "(.*?)"(?::|$)')
    if "names_lost" in row and not changed and lost != set(row["names_lost"]):
        found.append("other names lost")
    return found


def _names(reported: list[Diagnostic], pattern: str) -> set[str]:
    found = (re.search(pattern, each.message) for each in reported)
    return {match[1] for match in found if match}


def verdict_differs(row: Row, reported: list[Diagnostic]) -> bool:
    """Whether a real Caffe says otherwise about the net, or we find the fault elsewhere."""
    record.clear()
    reported.clear()
    execute(row)
    errors = list(record.errors())
    if bool(errors) is row["caffe"]["accepts"]:
        return True
    if row.get("fault_line") is None:
        return False
    place = errors[0].location
    return place is None or place.line != row["fault_line"]


def test_programs_are_as_in_pycaffe(reported: list[Diagnostic]) -> None:
    found = {row["id"]: differences(row, reported) for row in ROWS}
    assert {key: value for key, value in found.items() if value} == {}
    assert len(found) == 169


def test_a_real_caffe_gives_the_same_verdict(reported: list[Diagnostic]) -> None:
    asked = [row for row in ROWS if "caffe" in row]
    assert sum("fault_line" in row for row in asked) == 16
    assert [row["id"] for row in asked if verdict_differs(row, reported)] == []


@pytest.mark.skipif("PROTOGEN_CONFORMANCE" not in os.environ, reason="PROTOGEN_CONFORMANCE not set")
def test_all_programs(reported: list[Diagnostic]) -> None:
    path = Path(os.environ["PROTOGEN_CONFORMANCE"]) / "netspec.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        everything = [json.loads(line) for line in lines]
    found = {row["id"]: differences(row, reported) for row in everything}
    assert {key: value for key, value in found.items() if value} == {}
    asked = [row for row in everything if "caffe" in row]
    assert [row["id"] for row in asked if verdict_differs(row, reported)] == []
