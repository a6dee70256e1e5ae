"""The page of all rules, and one rule on a terminal."""

from __future__ import annotations

import io
import re

import pytest

from protogen.checks import all_rules
from protogen.render.rules import markdown, page, plain, show
from protogen.rules import Rule
from tests.conftest import ROOT


def rule_named(name: str) -> Rule:
    rule = all_rules().find(name)
    assert rule is not None
    return rule


def test_the_page_in_docs_is_that_of_the_rules() -> None:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == page(), "run: make docs"


def test_every_rule_is_on_the_page_and_its_link_leads_to_its_heading() -> None:
    text = page()
    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert sorted(headings) == sorted(f"{each.code} {each.name}" for each in all_rules())
    for code, anchor in re.findall(r"\[(\w+)\]\(#([^)]*)\)", text):
        assert anchor == f"{code.lower()}-{rule_named(code).name}"


def test_a_rule_in_markdown() -> None:
    text = markdown(rule_named("pad-reaches-kernel"))
    assert text == (
        "A pooling with a pad that is not smaller than its kernel.\n\n"
        "Error.\n\n"
        "## What it does\n\n"
        "Compares the pad of each Pooling layer with its kernel, on both axes.\n\n"
        "## Why this is a problem\n\n"
        "The first window would contain only padding. Caffe aborts while it loads the net.\n\n"
        "## Example\n\n"
        "```prototxt\n"
        "layer {\n"
        '  name: "data" type: "Input" top: "data"\n'
        "  input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }\n"
        "}\n"
        "layer {\n"
        '  name: "pool" type: "Pooling" bottom: "data" top: "pool"\n'
        "  pooling_param { kernel_size: 2 stride: 2 pad: 2 }\n"
        "}\n"
        "```\n\n"
        "## Fix\n\n"
        "Use a pad smaller than the kernel.\n\n"
        "```prototxt\n"
        "layer {\n"
        '  name: "data" type: "Input" top: "data"\n'
        "  input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }\n"
        "}\n"
        "layer {\n"
        '  name: "pool" type: "Pooling" bottom: "data" top: "pool"\n'
        "  pooling_param { kernel_size: 2 stride: 2 pad: 1 }\n"
        "}\n"
        "```"
    )


def test_a_program_and_the_files_in_its_folder() -> None:
    text = markdown(rule_named("unreadable-file"))
    assert "In `net.py`, with `lenet.prototxt` in the same folder:\n\n```python\nimport " in text
    assert "In `net.py`:\n\n" in markdown(rule_named("program"))


def test_a_safe_fix_is_shown_with_its_command() -> None:
    text = markdown(rule_named("deprecated-field"))
    assert "Note. Some findings have a safe fix." in text
    assert "`protogen check --fix --select T301` changes the example to:\n\n```" in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("byte-order-mark", '<U+FEFF>name: "LeNet"'),
        ("invalid-character", 'name: "data"<U+00A0>type: "Input"'),
        ("not-utf8", 'name: "caf<E9>net"'),
        ("not-text", "^ELeNet^R^Ddata"),
    ],
)
def test_characters_that_an_editor_does_not_show(name: str, shown: str) -> None:
    assert shown in markdown(rule_named(name))
    assert shown in plain(rule_named(name))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_and_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    rule = rule_named("empty-pooling-window")
    terminal, pipe = Terminal(), io.StringIO()
    show(terminal, rule)
    show(pipe, rule)
    assert "\x1b[1;4mWhat it does\x1b[0m\n" in terminal.getvalue()
    assert pipe.getvalue().startswith("P101 empty-pooling-window\n\nA pooling window without")
    assert "\nWhat it does\nFinds Pooling" in pipe.getvalue()
    assert not {"\x1b", "`", "*"} & {*pipe.getvalue()}
    bare = re.sub(r"\x1b\[[\d;]*m", "", terminal.getvalue())
    assert [line.rstrip() for line in bare.splitlines() if line.strip()] == [
        line for line in pipe.getvalue().splitlines() if line
    ]


@pytest.mark.parametrize("rule", list(all_rules()), ids=lambda rule: rule.name)
def test_no_line_is_wider_than_a_terminal(rule: Rule) -> None:
    assert max(map(len, plain(rule).splitlines())) <= 80
