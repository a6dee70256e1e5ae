"""The examples of every rule, run as a user would run them: ``protogen check`` on a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from protogen.checks import all_rules
from protogen.cli import commands
from protogen.rules import Rule

#: The rules of NetSpec are those of `protogen run`: tests/cli/test_run.py runs their examples.
RULES = [rule for rule in all_rules() if not rule.code.startswith("N")]
FIXABLE = [rule for rule in RULES if rule.fixed]

#: What else a bad example cannot help but have: 500 messages in each other, 500 errors.
OTHER_ERRORS = {"nested-too-deep": {"T110"}, "too-many-errors": {"T107"}}

#: A short example may be an Input layer alone, which no layer reads, and may be for a fork.
OTHER_WARNINGS = {"G201", "F103"}

#: What `check` reports of an example.
Check = Callable[[Rule, str], list[dict[str, Any]]]


def bytes_of(text: str) -> bytes:
    """The content of a file; a lone surrogate stands for a byte that is not UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def write_files(rule: Rule, text: str) -> None:
    for name, content in {**rule.files, rule.file: text}.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes_of(content))


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.chdir(tmp_path)

    def run(rule: Rule, text: str) -> list[dict[str, Any]]:
        write_files(rule, text)
        options = ("--severity", "note", "--format", "json")
        result = CliRunner().invoke(commands, ["check", rule.file, *options])
        assert result.exit_code in (0, 1), result.output
        findings: list[dict[str, Any]] = json.loads(result.stdout)["diagnostics"]
        return findings

    return run


def codes(findings: list[dict[str, Any]], severity: str = "") -> set[str]:
    return {each["code"] for each in findings if severity in ("", each["severity"])}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_reports_its_bad_example(rule: Rule, check: Check) -> None:
    found = check(rule, rule.bad)
    reported = [each for each in found if each["code"] == rule.code]
    assert reported
    assert {each["severity"] for each in reported} == {rule.severity.value}
    assert codes(found, "error") - OTHER_ERRORS.get(rule.name, set()) <= {rule.code}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_does_not_report_its_good_example(rule: Rule, check: Check) -> None:
    found = check(rule, rule.good or rule.fixed)
    assert rule.code not in codes(found)
    assert not codes(found, "error")
    assert codes(found, "warning") <= OTHER_WARNINGS


@pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.name)
def test_the_safe_fix_of_a_bad_example(rule: Rule, check: Check) -> None:
    write_files(rule, rule.bad)
    CliRunner().invoke(commands, ["check", rule.file, "--select", rule.code, "--fix"])
    assert Path(rule.file).read_bytes() == bytes_of(rule.fixed)
    assert rule.code not in codes(check(rule, rule.fixed))


#: Old formats, whose good example is the bad one upgraded.
UPGRADED = [rule for rule in RULES if rule.fix.startswith("Run `protogen upgrade")]


@pytest.mark.parametrize("rule", UPGRADED, ids=lambda rule: rule.name)
def test_the_good_example_of_an_old_format_is_what_the_upgrade_writes(
    rule: Rule, check: Check
) -> None:
    write_files(rule, rule.bad)
    result = CliRunner().invoke(commands, ["upgrade", "--in-place", rule.file])
    assert result.exit_code == 0, result.output
    assert Path(rule.file).read_text(encoding="utf-8") == rule.good


def test_old_formats_have_an_upgrade() -> None:
    assert [rule.code for rule in UPGRADED] == ["T201", "T202", "T203", "T204", "T205", "T206"]
