"""``protogen rules`` and ``protogen explain``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from protogen.checks import all_rules
from protogen.cli import commands


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def test_the_list_of_rules() -> None:
    lines = run("rules").stdout.splitlines()
    assert len(lines) == len(all_rules()) + 1
    row = next(line for line in lines if line.startswith("P101 "))
    assert row.split(maxsplit=4) == [
        *("P101", "empty-pooling-window", "error", "[*]"),
        "A pooling window without elements, for which Caffe computes garbage.",
    ]


def test_the_list_for_scripts() -> None:
    rules = {each["code"]: each for each in json.loads(run("rules", "--json").stdout)}
    assert len(rules) == len(all_rules())
    assert rules["T110"] == {
        "code": "T110",
        "name": "unknown-field",
        "severity": "error",
        "fixable": False,
        "summary": "A field that does not exist in Caffe or in a known fork of Caffe.",
    }
    assert rules["P101"]["fixable"] is True


@pytest.mark.parametrize("word", ["P101", "p101", "empty-pooling-window", "Empty-Pooling-Window"])
def test_a_rule_is_explained_by_code_or_name(word: str) -> None:
    result = run("explain", word)
    assert result.exit_code == 0
    assert result.stdout.startswith("P101 empty-pooling-window\n\nA pooling window without elem")
    assert "\n\nError. Some findings have a safe fix.\n\nWhat it does\n" in result.stdout
    assert "\n\nFix\nRound down with round_mode: FLOOR" in result.stdout


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("P1O1", 'unknown rule "P1O1"; did you mean "P101"?'),
        ("pooling-round", 'did you mean "pooling-rounds"?'),
        ("%", '"protogen rules" lists all rules'),
    ],
)
def test_an_unknown_rule(word: str, message: str) -> None:
    result = run("explain", word)
    assert result.exit_code == 2
    assert message in result.stderr
