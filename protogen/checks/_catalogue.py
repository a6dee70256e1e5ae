"""Looking rules up by their codes and names."""

from __future__ import annotations

from collections.abc import Iterable

from protogen.checks._rule import Rule
from protogen.diagnostics import did_you_mean

__all__ = ["check_code", "find_rule", "is_pattern", "nearest_rule", "unknown_patterns"]


def _all() -> tuple[Rule, ...]:
    from protogen.checks import all_rules  # a rule asks this, so it cannot be there before them

    return all_rules()


def find_rule(word: str) -> Rule | None:
    """The rule of a code or a name, in whatever case it is written."""
    wanted = word.lower()
    return next((each for each in _all() if wanted in (each.code.lower(), each.name)), None)


def is_pattern(word: str) -> bool:
    """Whether a word is a code, the beginning of a code or the name of some rule."""
    return any(each.code.startswith(word) or each.name == word for each in _all())


def unknown_patterns(words: Iterable[str]) -> list[str]:
    """Those that would select no rule."""
    return [word for word in words if not (word and is_pattern(word))]


def nearest_rule(word: str) -> str:
    """Which rule may have been meant."""
    known = [name for each in _all() for name in (each.code, each.name)]
    return did_you_mean(word, known) or '"protogen rules" lists them all'


def check_code(word: str) -> None:
    """Raise `ValueError`, with the nearest rule, for what is no code, prefix or name of one."""
    if unknown_patterns([word]):
        raise ValueError(f'there is no rule "{word}"; {nearest_rule(word)}')
