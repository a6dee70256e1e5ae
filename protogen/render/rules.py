"""The documentation of rules: for a terminal, for a pipe, and as the page ``docs/rules.md``.

``python -m protogen.render.rules FILE`` writes the page (that is part of ``make docs``).
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from protogen.checks import all_rules
from protogen.files import write_file
from protogen.render.table import Table
from protogen.render.templates import render
from protogen.rules import FAMILIES, Rule

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["facts", "markdown", "page", "plain", "rules_table", "show"]

_WIDTH = 80
_INDENTATION = 4


class _Block(NamedTuple):
    """A paragraph in Markdown, and the code below it; either may be empty."""

    text: str
    code: str = ""


def facts(rule: Rule) -> dict[str, object]:
    """What ``protogen rules`` lists about a rule, as data for scripts."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "fixable": rule.fixable,
        "summary": _without_backticks(rule.summary),
    }


def rules_table(rules: Iterable[Rule]) -> Table:
    """A row for each rule; ``[*]`` marks those with a safe fix."""
    rows = []
    for rule in rules:
        fixable = ""
        if rule.fixable:
            fixable = "[*]"
        summary = _without_backticks(rule.summary)
        rows.append((rule.code, rule.name, rule.severity.value, fixable, summary))
    return Table(("code", "name", "severity", "", ""), rows)


# The documentation of one rule -----------------------------------------------------------------


def _sections(rule: Rule) -> dict[str, list[_Block]]:
    """The blocks of each section, by the title of the section."""
    return {
        "What it does": [_Block(rule.what)],
        "Why this is a problem": [_Block(rule.why)],
        "Example": [_Block(_where(rule), _shown(rule.bad))],
        "Fix": _fix(rule),
    }


def _where(rule: Rule) -> str:
    """The file that the example is in, unless it is a net by itself."""
    if rule.files:
        others = " and ".join([f"`{name}`" for name in rule.files])
        return f"In `{rule.file}`, with {others} in the same folder:"
    if rule.file == "net.prototxt":
        return ""
    return f"In `{rule.file}`:"


def _fix(rule: Rule) -> list[_Block]:
    blocks = [_Block(rule.fix, _shown(rule.good))]
    if rule.fixed:
        command = f"`protogen check --fix --select {rule.code}`"
        blocks.append(_Block(f"{command} changes the example to:", _shown(rule.fixed)))
    return blocks


def _shown(example: str) -> str:
    """An example with the characters that an editor does not show, as the pager ``less`` does."""
    return "".join(map(_visible, example))


def _visible(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    code = ord(character)
    # Control characters, as in ^M for a carriage return.
    if code < 32:
        return f"^{chr(code + 64)}"
    # A byte that is not UTF-8, as Python's error handler surrogateescape decodes it.
    if 0xDC80 <= code <= 0xDCFF:
        return f"<{code - 0xDC00:X}>"
    return f"<U+{code:04X}>"


def _subtitle(rule: Rule) -> str:
    severity = rule.severity.value.capitalize()
    if rule.fixable:
        return f"{severity}. Some findings have a safe fix."
    return f"{severity}."


def _without_backticks(text: str) -> str:
    return text.replace("`", "")


# For a page ------------------------------------------------------------------------------------


def markdown(rule: Rule, heading: str = "##") -> str:
    """The documentation of a rule below its title, in Markdown."""
    language = "prototxt"
    if rule.file.endswith(".py"):
        language = "python"
    parts = [rule.summary, _subtitle(rule)]
    for title, blocks in _sections(rule).items():
        parts.append(f"{heading} {title}")
        for block in blocks:
            if block.text:
                parts.append(block.text)
            if block.code:
                parts.append(f"```{language}\n{block.code.rstrip()}\n```")
    return "\n\n".join(parts)


def page() -> str:
    """Every rule on one page, by family."""
    families = []
    for letter, title in FAMILIES.items():
        rules = []
        for each in all_rules():
            if each.code.startswith(letter):
                rules.append(each)
        families.append((title, rules))
    return render("rules.md.j2", families=families, markdown=markdown)


# For a terminal and a pipe ---------------------------------------------------------------------


def show(out: TextIO, rule: Rule) -> None:
    """Write the documentation of a rule: with colors to a terminal, or as plain text."""
    if out.isatty():
        _print(out, rule)
    else:
        out.write(plain(rule))


def plain(rule: Rule) -> str:
    """The documentation of a rule as text, 80 columns wide."""
    parts = [f"{rule.code} {rule.name}", _filled(rule.summary), _subtitle(rule)]
    for title, blocks in _sections(rule).items():
        body = []
        for block in blocks:
            if block.text:
                body.append(_filled(block.text))
            if block.code:
                body.append(textwrap.indent(block.code.rstrip(), " " * _INDENTATION))
        parts.append(f"{title}\n" + "\n\n".join(body))
    return "\n\n".join(parts) + "\n"


def _filled(text: str) -> str:
    return textwrap.fill(_without_backticks(text), _WIDTH, break_on_hyphens=False)


def _print(out: TextIO, rule: Rule) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(file=out, highlight=False)
    width = min(console.width, _WIDTH)

    def paragraph(text: str) -> None:
        console.print(_styled(" ".join(text.split())), width=width)

    console.print(Text(f"{rule.code} {rule.name}", style="bold"))
    console.print()
    paragraph(rule.summary)
    console.print()
    paragraph(_subtitle(rule))
    for title, blocks in _sections(rule).items():
        console.print()
        console.print(Text(title, style="bold underline"))
        for number, block in enumerate(blocks):
            if number:
                console.print()
            if block.text:
                paragraph(block.text)
            if block.code:
                if block.text:
                    console.print()
                code = Text(block.code.rstrip(), style="cyan", no_wrap=True, overflow="ignore")
                console.print(Padding.indent(code, _INDENTATION), crop=False)


def _styled(text: str) -> Text:
    """Markdown with its code in color."""
    from rich.text import Text

    styled = Text()
    for number, part in enumerate(text.split("`")):
        styled.append(part, style="cyan" if number % 2 else "")
    return styled


if __name__ == "__main__":
    write_file(Path(sys.argv[1]), page())
