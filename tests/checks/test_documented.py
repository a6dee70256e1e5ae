"""Every code that is printed has a rule, and every rule its documentation."""

from __future__ import annotations

import re

import pytest

from protogen.checks import all_rules
from protogen.checks._documented import document
from protogen.checks._misreadings import MISREADINGS
from protogen.checks._refusals import REFUSALS
from protogen.checks._rule import Rule, rules
from protogen.diagnostics import Severity
from protogen.render.rules import FAMILIES
from tests.conftest import ROOT

CHECKS = ROOT / "protogen" / "checks"

TITLES = ("What it does", "Why it is bad", "Example", "Mended")


def test_names_and_codes_are_given_once() -> None:
    named = [each.name for each in all_rules()]
    assert len(named) == len(set(named))
    assert all(each.code[0] in FAMILIES for each in all_rules())
    assert all(re.fullmatch(r"[A-Z]\d{3}", each.code) for each in all_rules())
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in named)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_the_documentation_has_its_sections(rule: Rule) -> None:
    titles = re.findall(r"^\*\*(.+?)\.\*\*", rule.documentation, re.MULTILINE)
    assert tuple(titles) == TITLES
    assert rule.summary.endswith(".")
    assert len(rule.documentation.replace("``", "").split()) > 25


def test_no_words_are_left_over_for_rules_with_files_of_their_own() -> None:
    lent = {r.name for r in all_rules() if type(r).__module__ == document.__module__}
    assert {*REFUSALS, *MISREADINGS} == lent


def test_making_them_known_again_changes_nothing() -> None:
    before = rules()
    document()
    assert rules() == before


def test_severities_are_those_of_the_findings() -> None:
    severity = {each.name: each.severity for each in all_rules()}
    assert severity["unknown-bottom"] is Severity.ERROR
    assert severity["unknown-field"] is Severity.ERROR
    assert severity["legacy-v1"] is Severity.NOTE
    assert severity["data-source-unread"] is Severity.WARNING


def test_rules_that_make_safe_fixes_say_so() -> None:
    """Those in `_mends` are for `bottom-shape-mismatch`."""
    made = set()
    for path in CHECKS.glob("[a-z]*.py"):
        if "safe=" in path.read_text(encoding="utf-8"):
            made.add(path.stem.replace("_", "-"))
    assert {each.name for each in all_rules() if each.fixable} == {*made, "bottom-shape-mismatch"}
