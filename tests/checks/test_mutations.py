"""Nets that work, with one thing broken: what a real Caffe rejects is reported, and where."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import protogen
from protogen.diagnostics import Diagnostic, Severity
from tests.checks.mutations import broken, nets, sound
from tests.conftest import rows

ROWS = rows("mutations.jsonl.gz")


class Broken(NamedTuple):
    row: dict[str, Any]
    errors: list[Diagnostic]


@pytest.fixture(scope="module")
def found(conformance: Path) -> list[Broken]:
    """Each broken net with the errors that are found in it."""
    wanted = defaultdict(list)
    for row in ROWS:
        wanted[row["file"], row["phase"]].append(row)
    answers = []
    for run in nets(conformance):
        net = sound(conformance, run)
        for row in wanted[run["file"], run["phase"]]:
            mutation = broken(net, run, row["seed"])
            assert (mutation.what, mutation.layer) == (row["what"], row["layer"])
            report = protogen.check(protogen.loads(mutation.text), phases=[row["phase"]])
            answers.append(Broken(row, [d for d in report.diagnostics if counts(d)]))
    return answers


def counts(diagnostic: Diagnostic) -> bool:
    """Caffe computes garbage in an empty window, but loads the net."""
    return diagnostic.severity is Severity.ERROR and diagnostic.name != "empty-pooling-window"


def test_what_caffe_rejects_is_an_error_where_it_was_broken_or_where_caffe_aborted(
    found: list[Broken],
) -> None:
    missed = [
        (row, [str(error) for error in errors])
        for row, errors in found
        if not row["accepts"]
        and not {row["layer"], row["named"] or row["layer"]} & {error.layer for error in errors}
    ]
    assert not missed


def test_what_caffe_accepts_has_no_error(found: list[Broken]) -> None:
    wrong = [(row, list(map(str, errors))) for row, errors in found if row["accepts"] and errors]
    assert not wrong


def test_every_breaking_was_looked_at(found: list[Broken]) -> None:
    assert len(found) == len(ROWS) == 915
    assert Counter(row["accepts"] for row, _ in found) == {False: 600, True: 315}
