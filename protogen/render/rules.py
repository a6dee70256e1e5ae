"""The documentation of rules: for a terminal, for a pipe, and as the page ``docs/rules.md``.

``python -m protogen.render.rules FILE`` writes the page (that is part of ``make docs``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from protogen.checks import all_rules
from protogen.checks._rule import Rule
from protogen.files import write_file
from protogen.render.table import Table
from protogen.render.templates import render

__all__ = ["facts", "page", "rules_table", "show"]

#: The families of rules, by the letter their codes begin with.
FAMILIES = {
    "T": "The text",
    "S": "Shapes and parameters",
    "P": "Pooling",
    "G": "The graph",
    "W": "Weights and training",
    "V": "Solvers",
    "F": "Forks of Caffe",
}


def facts(rule: Rule) -> dict[str, Any]:
    """What ``protogen rules`` tells of a rule."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "fixable": rule.fixable,
        "summary": rule.summary.replace("``", ""),
    }


def rules_table(rules: Iterable[Rule]) -> Table:
    """A row for each rule; ``[*]`` marks those that have a fix."""
    titles = ("code", "name", "severity", "", "")
    told = map(facts, rules)
    return Table(
        titles,
        [
            (each["code"], each["name"], each["severity"], "[*]" * each["fixable"], each["summary"])
            for each in told
        ],
    )


def show(out: TextIO, rule: Rule) -> None:
    """Write the documentation of one rule, set for a terminal or as plain text."""
    text = markdown(rule)
    if not out.isatty():
        out.write(text.replace("**", "").replace("`", "").removeprefix("# ") + "\n")
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(file=out).print(Markdown(text))


def markdown(rule: Rule) -> str:
    """The documentation below a heading."""
    fix = "; some findings have a fix" if rule.fixable else ""
    doc = rule.documentation.replace("``", "`")
    return f"# {rule.code} {rule.name}\n\n{rule.severity.value.capitalize()}{fix}.\n\n{doc}"


def page() -> str:
    """Every rule on one page, by family."""
    families = [
        (title, [each for each in all_rules() if each.code.startswith(letter)])
        for letter, title in FAMILIES.items()
    ]
    return render("rules.md.j2", families=families)


if __name__ == "__main__":
    write_file(Path(sys.argv[1]), page())
