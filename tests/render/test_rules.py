"""The page of all rules, and one rule on a terminal."""

from __future__ import annotations

import io
import re

from protogen.checks import all_rules
from protogen.checks._catalogue import find_rule
from protogen.render.rules import page, show
from tests.conftest import ROOT


def test_the_page_in_docs_is_that_of_the_rules() -> None:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == page(), "run: make docs"


def test_every_rule_is_on_the_page_and_its_link_leads_to_its_heading() -> None:
    text = page()
    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert sorted(headings) == sorted(f"{each.code} {each.name}" for each in all_rules())
    for code, anchor in re.findall(r"\[(\w+)\]\(#([^)]*)\)", text):
        rule = find_rule(code)
        assert rule is not None
        assert anchor == f"{code.lower()}-{rule.name}"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_rule_is_set_and_in_a_pipe_it_is_plain() -> None:
    rule = find_rule("empty-pooling-window")
    assert rule is not None
    terminal, pipe = Terminal(), io.StringIO()
    show(terminal, rule)
    show(pipe, rule)
    assert "\x1b[1mWhat it does." in terminal.getvalue()
    assert pipe.getvalue().startswith("P101 empty-pooling-window\n\nError")
    assert "\nWhat it does. " in pipe.getvalue()
    assert not {"\x1b", "`", "*"} & {*pipe.getvalue()}
