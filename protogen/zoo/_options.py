"""The options of a network: the keyword parameters of its function, checked by their defaults."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args, get_origin

__all__ = ["Option", "Size", "option", "parse"]

#: A square's side, or a height and a width.
Size = int | tuple[int, int]

#: The texts of a boolean.
_TRUTH = {"true": True, "false": False, "1": True, "0": False}


class Option(NamedTuple):
    """An option: its default, its type ``kind``, and its values if only some are valid."""

    name: str
    default: Any
    choices: tuple[Any, ...] = ()
    kind: Any = str

    @property
    def text(self) -> str:
        """The default as it is written in a SPEC; empty if there is none."""
        if self.default is None:
            return ""
        if isinstance(self.default, bool):
            return str(self.default).lower()
        if isinstance(self.default, tuple):
            return "x".join(map(str, self.default))
        return f"{self.default}"


def option(parameter: inspect.Parameter, preset: Mapping[str, Any]) -> Option:
    """The option that a keyword parameter is."""
    default = preset.get(parameter.name, parameter.default)
    kind = parameter.annotation
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return Option(parameter.name, default, choices, type(choices[0]))
    return Option(parameter.name, default, (), kind)


def parse(option: Option, given: Any) -> Any:
    """The value of an option, from text or as it is. Raises `ValueError` if it makes no sense."""
    value = _convert(option, given)
    if option.choices and value not in option.choices:
        choices = ", ".join(map(str, option.choices))
        one_of = "one of " if len(option.choices) > 1 else ""
        raise ValueError(f"{option.name} must be {one_of}{choices}, got {given!r}")
    if option.kind is not bool and not _is_positive(value):
        raise ValueError(f"{option.name} must be greater than 0, got {given!r}")
    return value


def _is_positive(value: Any) -> bool:
    """Whether a number, or each side of a size, is greater than 0; true of all other values."""
    sides = value if isinstance(value, tuple) else (value,)
    numbers = [side for side in sides if isinstance(side, (int, float))]
    return all(number > 0 for number in numbers)


def _convert(option: Option, given: Any) -> Any:
    """The value in the type of the option."""
    try:
        if option.kind is bool:
            return _TRUTH[str(given).lower()]
        if option.kind == Size:
            return _size(given)
        # int() would cut 2.5, and take True for 1.
        if option.kind is int and isinstance(given, (bool, float)):
            raise ValueError
        value = option.kind(given)
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{option.name} must be {_wanted(option)}, got {given!r}") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{option.name} must be {_wanted(option)}, got {given!r}")
    return value


def _size(given: Any) -> Size:
    """A size from ``224``, ``512x1024``, or a pair. Raises `ValueError` or `TypeError`."""
    if isinstance(given, str):
        sides = tuple(map(int, given.lower().split("x")))
    elif isinstance(given, (tuple, list)):
        sides = tuple(given)
    else:
        sides = (given,)
    for side in sides:
        # True is an int in Python.
        if isinstance(side, bool) or not isinstance(side, int):
            raise ValueError
    if len(sides) == 1:
        return int(sides[0])
    height, width = sides
    # Networks for square images take one number only.
    return height if height == width else (height, width)


def _wanted(option: Option) -> str:
    """What the value of an option must be, in words."""
    if option.kind == Size:
        return "a side like 224, or a height and a width like 512x1024"
    words = {int: "an integer", float: "a number", bool: "true or false"}
    return words.get(option.kind, "a string")
