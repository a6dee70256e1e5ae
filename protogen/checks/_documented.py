"""Rules that lend their documentation to what the reader, the upgrade and inference find."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

from protogen.checks._misreadings import MISREADINGS
from protogen.checks._refusals import REFUSALS, Words
from protogen.checks._rule import Rule, rule, rules
from protogen.diagnostics import RULES, Severity
from protogen.text import _findings
from protogen.text.upgrade import findings

__all__ = ["REFUSED", "document"]

_WIDTH = 100

#: What is found before there is anything to read, and in writing to it.
_AROUND = {"unreadable-file": "T100", "program": "T120", "impossible-edit": "T121"}

#: What the reader warns of and reads past, where Caffe refuses the file.
REFUSED = ("unknown-field", "byte-order-mark")

_SEVERITIES = {
    **dict.fromkeys(_findings.WARNINGS - set(REFUSED), Severity.WARNING),
    **{name: each.severity for name, each in findings.RULES.items()},
    "data-source-unread": Severity.WARNING,
    "fork-dialect": Severity.NOTE,
}


def document() -> None:
    """Make a rule of each that has no file of its own."""
    known = {each.code for each in rules()}
    old = {name: each.code for name, each in findings.RULES.items()}
    _add({**_findings.RULES, **old, **_AROUND}, MISREADINGS, known)
    _add(RULES, REFUSALS, known)


def _add(codes: Mapping[str, str], words: Mapping[str, Words], known: set[str]) -> None:
    for name, code in codes.items():
        if code not in known:
            severity = _SEVERITIES.get(name, Severity.ERROR)
            fields = {"code": code, "name": name, "severity": severity}
            rule(type(name, (Rule,), {**fields, "__doc__": _set(words[name])}))


def _set(words: Words) -> str:
    """The documentation as a rule's own docstring has it."""
    titles = ("What it does", "Why it is bad", "Example", "Mended")
    sections = [f"**{title}.** {text}" for title, text in zip(titles, words[1:])]
    return "\n\n".join(fill(each, _WIDTH) for each in [words.summary, *sections])
