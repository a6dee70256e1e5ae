"""The registry: every rule once, with its documentation, and found by code, prefix or name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from protogen.checks import all_checks, all_rules
from protogen.diagnostics import Severity
from protogen.rules import FAMILIES, Catalogue, Rule, named, register
from tests.conftest import ROOT

SOURCES = sorted((ROOT / "protogen").rglob("*.py"))


def test_codes_and_names_have_their_forms() -> None:
    for rule in all_rules():
        assert re.fullmatch(r"[A-Z]\d{3}", rule.code)
        assert rule.code[0] in FAMILIES
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)


def test_the_rules_are_sorted_by_code() -> None:
    codes = [rule.code for rule in all_rules()]
    assert codes == sorted(set(codes))
    # Of the reader, of the upgrade, of inference (two), of a check.
    assert {"T110", "T201", "G104", "S101", "S206"} <= set(codes)


@pytest.mark.parametrize(
    ("code", "name"), [("T110", "another-name"), ("X999", "unknown-field"), ("P101", "other")]
)
def test_a_code_or_name_that_is_used_is_rejected(code: str, name: str) -> None:
    before = list(all_rules())
    with pytest.raises(ValueError, match=f"{code} {name} has the code or name of "):
        register(Rule(code, name, Severity.NOTE))
    assert list(all_rules()) == before


def test_a_check_has_the_name_of_its_rule() -> None:
    for check in all_checks():
        module = type(check).__module__.rpartition(".")[2]
        assert module == check.name.replace("-", "_")
        assert type(check).__name__.lower() == check.name.replace("-", "")
        assert named(check.name) is check.rule
        assert (check.code, check.severity) == (check.rule.code, check.rule.severity)


def test_a_diagnostic_has_the_code_name_and_severity_of_its_rule() -> None:
    found = named("unknown-field").diagnostic("no such field", layer="conv1", hint="remove it")
    assert (found.code, found.name, found.severity) == ("T110", "unknown-field", Severity.ERROR)
    assert (found.layer, found.message, found.hint) == ("conv1", "no such field", "remove it")
    note = named("unknown-field").diagnostic("no such field", severity=Severity.NOTE)
    assert note.severity is Severity.NOTE


def test_severities_say_what_caffe_does() -> None:
    """BVLC Caffe cannot parse a file with an unknown field or a byte order mark."""
    assert named("unknown-field").severity is Severity.ERROR
    assert named("byte-order-mark").severity is Severity.ERROR
    assert named("unknown-bottom").severity is Severity.ERROR
    assert named("legacy-v1").severity is Severity.NOTE
    assert named("data-source-unread").severity is Severity.WARNING


def test_each_code_is_written_once() -> None:
    written = [
        code
        for path in SOURCES
        for code in re.findall(r'code="([A-Z]\d{3})"', path.read_text(encoding="utf-8"))
    ]
    assert sorted(written) == [rule.code for rule in all_rules()]


def test_every_rule_that_the_sources_name_exists() -> None:
    """A fault of a layer names its rule in a string, which is looked up when it is reported."""
    names = {
        name
        for path in SOURCES
        for name in re.findall(
            r'(?:(?<!_)named\(|rule=|\.fault\(\s*|Problem\(\s*|mistake\(\s*|\.report\(\s*)"([a-z0-9-]+)"',
            path.read_text(encoding="utf-8"),
        )
    }
    assert len(names) > 40
    assert {name for name in names if all_rules().find(name) is None} == set()


def test_words_of_a_rule(catalogue: Catalogue) -> None:
    assert catalogue.find("P101") is catalogue.find("p101") is catalogue.find("Empty-Window")
    assert catalogue.find("P1") is None
    assert catalogue.selects("P101")
    assert catalogue.selects("P1")
    assert catalogue.selects("empty-window")
    assert not catalogue.selects("P9")
    assert not catalogue.selects("empty")
    assert not catalogue.selects("")


def test_the_nearest_rule(catalogue: Catalogue) -> None:
    assert catalogue.nearest("P1O1") == 'did you mean "P101"?'
    assert catalogue.nearest("emty-window") == 'did you mean "empty-window"?'
    assert catalogue.nearest("%") == '"protogen rules" lists all rules'
    catalogue.check_patterns(["P1", "empty-window"])
    with pytest.raises(ValueError, match='unknown rule "P1O1"; did you mean "P101"'):
        catalogue.check_patterns(["P1", "P1O1"])


@pytest.fixture
def catalogue() -> Catalogue:
    rules = (Rule("P101", "empty-window", Severity.ERROR), Rule("T110", "field", Severity.NOTE))
    return Catalogue(rules)


def test_indented_texts_lose_their_indentation() -> None:
    rule = Rule(
        code="P101",
        name="empty-window",
        severity=Severity.ERROR,
        what="""
            One sentence.
            Another.
            """,
        bad="""
            layer {
              name: "a"
            }
            """,
        files={"a/b.txt": "\n    one\n      two\n    "},
    )
    assert rule.what == "One sentence.\nAnother."
    assert rule.bad == 'layer {\n  name: "a"\n}\n'
    assert rule.files == {"a/b.txt": "one\n  two\n"}


@pytest.mark.parametrize("rule", list(all_rules()), ids=lambda rule: rule.name)
def test_the_documentation_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z][^\n]{0,79}\.", rule.summary)
    for text in (rule.what, rule.why, rule.fix):
        assert re.match(r"[A-Z`\d]", text)
        assert text.endswith(".")
        assert text.count("`") % 2 == 0
    assert rule.bad
    assert rule.good or rule.fixed
    assert rule.good != rule.bad
    assert "\t" not in rule.bad + rule.good + rule.fixed


def test_examples_fit_a_terminal() -> None:
    for rule in all_rules():
        for line in (rule.bad + rule.good + rule.fixed).splitlines():
            assert len(line) <= 76, rule.name


#: British spellings, and words that the style guide replaces.
NOT_WORDS = re.compile(
    r"\b(anew|behaviour|colour|dies|mend\w*|neighbour|normalis\w*|refuse[sd]?|tells?|told|heed\w*)\b"
)


@pytest.mark.parametrize("rule", list(all_rules()), ids=lambda rule: rule.name)
def test_the_words_are_those_of_the_style_guide(rule: Rule) -> None:
    words = " ".join([rule.summary, rule.what, rule.why, rule.fix])
    assert NOT_WORDS.findall(words.lower()) == []


def test_checks_are_one_file_each() -> None:
    files = {path.stem for path in (ROOT / "protogen" / "checks").glob("[a-z]*.py")}
    assert files == {check.name.replace("-", "_") for check in all_checks()}


def test_safe_fixes_are_declared() -> None:
    """A check that makes a safe fix has an example of it."""
    made = {
        path.stem.replace("_", "-")
        for path in Path(ROOT / "protogen" / "checks").glob("[a-z]*.py")
        if "safe=" in path.read_text(encoding="utf-8")
    }
    assert made <= {rule.name for rule in all_rules() if rule.fixable}
