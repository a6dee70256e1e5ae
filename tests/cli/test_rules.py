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
        "A pooling window with nothing in it, for which Caffe computes garbage.",
    ]


def test_the_list_for_scripts() -> None:
    rules = {each["code"]: each for each in json.loads(run("rules", "--json").stdout)}
    assert len(rules) == len(all_rules())
    assert rules["T110"] == {
        "code": "T110",
        "name": "unknown-field",
        "severity": "error",
        "fixable": False,
        "summary": "A field that neither Caffe nor a known fork of it has.",
    }
    assert rules["P101"]["fixable"] is True


@pytest.mark.parametrize("word", ["P101", "p101", "empty-pooling-window", "Empty-Pooling-Window"])
def test_a_rule_is_explained_by_code_or_name(word: str) -> None:
    result = run("explain", word)
    assert result.exit_code == 0
    assert result.stdout.startswith("P101 empty-pooling-window\n\nError; some findings have a fix.")
    assert "\n\nMended. Round down (round_mode: FLOOR)" in result.stdout


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("P1O1", 'there is no rule "P1O1"; did you mean "P101"?'),
        ("pooling-round", 'did you mean "pooling-rounds"?'),
        ("%", '"protogen rules" lists them all'),
    ],
)
def test_what_is_no_rule(word: str, told: str) -> None:
    result = run("explain", word)
    assert result.exit_code == 2
    assert told in result.stderr
