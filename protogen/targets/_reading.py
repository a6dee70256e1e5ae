"""Reading the file of a target: every key and every source is checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Literal,
    get_args,
    get_origin,
    get_type_hints,
)

from protogen.diagnostics import did_you_mean
from protogen.targets import _facts
from protogen.targets._facts import Target, TargetFileError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from importlib.abc import Traversable

__all__ = ["read_target"]


def read_target(path: Traversable) -> Target:
    """The target in a file. Raises `TargetFileError` if something in it is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TargetFileError(f"{path.name}: {error}") from None
    target: Target = _Reader(path.name).build(Target, table, "")
    # Users name a target by its file, and findings by its name.
    stem = path.name.removesuffix(".toml")
    if target.name != stem:
        raise TargetFileError(f'{path.name}: expected name = "{stem}", got "{target.name}"')
    # A fact that nobody can look up is worth nothing.
    for section, fact in target.facts():
        if fact.source not in target.sources:
            raise TargetFileError(f'{path.name}: [{section}]: unknown source "{fact.source}"')
    return target


def _is_required(field: Field[Any]) -> bool:
    """Whether a dataclass has no default for a field."""
    return field.default is MISSING and field.default_factory is MISSING


class _Reader:
    """Builds the dataclasses of `_facts` from tables."""

    def __init__(self, filename: str) -> None:
        self.filename = filename

    def build(self, cls: type[Any], table: Any, where: str) -> Any:
        """An instance of a dataclass, from a table that has its fields as keys."""
        if not isinstance(table, Mapping):
            raise self._error(where, f"expected a table, got {table!r}")
        # The annotations of _facts are texts, and these are what they stand for.
        hints = get_type_hints(cls, vars(_facts))
        for key in table:
            if key not in hints:
                near = did_you_mean(key, hints) or f"the keys are {', '.join(hints)}"
                raise self._error(where, f'unknown key "{key}"; {near}')
        values = {}
        for each in fields(cls):
            inside = f"{where}.{each.name}".lstrip(".")
            if each.name in table:
                values[each.name] = self._value(hints[each.name], table[each.name], inside)
            elif _is_required(each):
                raise self._error(where, f'"{each.name}" is missing')
        return cls(**values)

    def _value(self, hint: Any, value: Any, where: str) -> Any:
        """A value that fits a type hint."""
        arguments = get_args(hint)
        # `X | None`: a key that is given has a value.
        if type(None) in arguments:
            return self._value(arguments[0], value, where)
        read = self._READERS.get(get_origin(hint) or hint)
        if read is not None:
            return read(self, hint, value, where)
        # `int | str`: the number of a field, or its declaration.
        if set(arguments) == {int, str}:
            return value if isinstance(value, int) else self._plain(str, value, where)
        return self.build(hint, value, where)

    def _list(self, hint: Any, value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self._error(where, f"expected a list, got {value!r}")
        inner, *_ = get_args(hint)
        return tuple(self._value(inner, each, where) for each in value)

    def _mapping(self, hint: Any, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self._error(where, f"expected a table, got {value!r}")
        _, inner = get_args(hint)
        return {key: self._value(inner, each, f"{where}.{key}") for key, each in value.items()}

    def _plain(self, kind: type[Any], value: Any, where: str) -> Any:
        # Not isinstance: true is an int in Python, and never one in a target's file.
        if type(value) is not kind:
            raise self._error(where, f"expected {kind.__name__}, got {value!r}")
        return value

    def _choice(self, hint: Any, value: Any, where: str) -> Any:
        choices = get_args(hint)
        if value not in choices:
            raise self._error(where, f"expected one of {', '.join(choices)}, got {value!r}")
        return value

    #: How a value is read, by the origin of its type hint; any other hint is a dataclass.
    _READERS: ClassVar[Mapping[Any, Callable[[_Reader, Any, Any, str], Any]]] = {
        bool: _plain,
        int: _plain,
        str: _plain,
        tuple: _list,
        Literal: _choice,
        Mapping: _mapping,
    }

    def _error(self, where: str, problem: str) -> TargetFileError:
        place = f"[{where}]: " if where else ""
        return TargetFileError(f"{self.filename}: {place}{problem}")
