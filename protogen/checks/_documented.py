"""Rules that lend their documentation to what the reader, the upgrade and inference find."""

from __future__ import annotations

from textwrap import fill

from protogen.checks._misreadings import MISREADINGS
from protogen.checks._refusals import REFUSALS, Words
from protogen.checks._rule import Rule, rule, rules
from protogen.rules import registered

__all__ = ["document"]

_WIDTH = 100


def document() -> None:
    """Make a rule of each that has no file of its own."""
    known = {each.code for each in rules()}
    words = {**MISREADINGS, **REFUSALS}
    for each in registered():
        if each.code not in known:
            fields = {"code": each.code, "name": each.name, "severity": each.severity}
            rule(type(each.name, (Rule,), {**fields, "__doc__": _set(words[each.name])}))


def _set(words: Words) -> str:
    """The documentation as a rule's own docstring has it."""
    titles = ("What it does", "Why it is bad", "Example", "Mended")
    sections = [f"**{title}.** {text}" for title, text in zip(titles, words[1:])]
    return "\n\n".join(fill(each, _WIDTH) for each in [words.summary, *sections])
