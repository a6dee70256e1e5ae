"""What a rule is, and where every rule is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from protogen.diagnostics import Diagnostic, Severity, did_you_mean

__all__ = ["FAMILIES", "Catalogue", "Rule", "named", "register", "registered", "unindented"]

#: The families of rules, by the letter that their codes begin with.
FAMILIES = {
    "T": "The text",
    "S": "Shapes and parameters",
    "P": "Pooling",
    "G": "The graph",
    "W": "Weights and training",
    "V": "Solvers",
    "F": "Forks of Caffe and other programs",
    "N": "NetSpec scripts",
}


@dataclass(eq=False)  # frozen would be slower: 1.3 ms in place of 0.5 ms, at every import
class Rule:
    """One rule. ``code`` and ``name`` (kebab-case) never change: scripts use them.

    ``summary`` is one sentence; ``what``, ``why`` and ``fix`` are the sections of its page, in
    Markdown. Its examples are whole files: ``protogen check`` reports the rule in ``bad`` and not
    in ``good``, and ``protogen check --fix`` turns ``bad`` into ``fixed``. ``good`` may be left out
    where ``fixed`` is given. The examples are in a file with the name ``file``, and ``files`` are
    the contents of other files in its folder. A test runs all of them.

    A text that begins with a line break loses that line break and its indentation.
    """

    code: str
    name: str
    severity: Severity
    summary: str = ""
    what: str = ""
    why: str = ""
    fix: str = ""
    bad: str = ""
    good: str = ""
    fixed: str = ""
    file: str = "net.prototxt"
    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in ("what", "why", "fix"):
            setattr(self, each, unindented(getattr(self, each)).strip())
        for each in ("bad", "good", "fixed"):
            setattr(self, each, unindented(getattr(self, each)))
        # Examples are written with the indentation of their place in the program.
        self.files = {name: unindented(text) for name, text in self.files.items()}

    @property
    def fixable(self) -> bool:
        """Whether some of its findings have a safe fix."""
        return bool(self.fixed)

    def is_selected_by(self, pattern: str) -> bool:
        """Whether a pattern is its code, the beginning of its code, or its name."""
        return self.code.startswith(pattern) or self.name == pattern

    def diagnostic(
        self, message: str, *, layer: str = "", severity: Severity | None = None, **about: Any
    ) -> Diagnostic:
        """A finding of this rule; ``about`` are further fields of `Diagnostic`."""
        return Diagnostic(
            severity or self.severity, self.code, layer, message, name=self.name, **about
        )


def unindented(text: str) -> str:
    """A text that begins with a line break, without it and the indentation of its first line.

    At every import this takes 0.3 ms for the rules of this package, `textwrap.dedent` 2 ms.
    """
    if not text.startswith("\n"):
        return text
    text = text[1:]
    indentation = text[: len(text) - len(text.lstrip(" "))]
    return text.removeprefix(indentation).replace("\n" + indentation, "\n").rstrip(" ")


class Catalogue:
    """Rules, sorted by code, and the ways to find one."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = sorted(rules, key=lambda rule: rule.code)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def find(self, word: str) -> Rule | None:
        """The rule with this code or name; upper and lower case are the same."""
        # People type a code from a message, where p102 is as good as P102.
        wanted = word.lower()
        for rule in self.rules:
            if wanted in (rule.code.lower(), rule.name):
                return rule
        return None

    def selects(self, pattern: str) -> bool:
        """Whether a pattern is the code, the beginning of the code, or the name of a rule."""
        if not pattern:  # every code begins with nothing
            return False
        return any(rule.is_selected_by(pattern) for rule in self.rules)

    def nearest(self, word: str) -> str:
        """A hint for a word that is not the code or name of a rule."""
        known: list[str] = []
        for rule in self.rules:
            known += (rule.code, rule.name)
        return did_you_mean(word, known) or '"protogen rules" lists all rules'

    def check_patterns(self, patterns: Iterable[str]) -> None:
        """Raise `ValueError`, with the nearest rule, for a pattern that selects no rule."""
        for pattern in patterns:
            if not self.selects(pattern):
                raise ValueError(f'unknown rule "{pattern}"; {self.nearest(pattern)}')


_by_name: dict[str, Rule] = {}
_by_code: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    """Add rules to the registry. Raises `ValueError` for a code or name that is already used."""
    for rule in rules:
        # Scripts use codes and names, so neither can ever mean two things.
        other = _by_name.get(rule.name) or _by_code.get(rule.code)
        if other is not None:
            raise ValueError(
                f"{rule.code} {rule.name} has the code or name of {other.code} {other.name}"
            )
        _by_name[rule.name] = rule
        _by_code[rule.code] = rule


def named(name: str) -> Rule:
    """The rule with this name. Raises `KeyError` if it is not registered."""
    return _by_name[name]


def registered() -> Catalogue:
    """The rules registered so far; `protogen.checks.all_rules` registers those of the checks."""
    return Catalogue(_by_code.values())
