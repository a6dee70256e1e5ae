"""Reading the file of a target: every key and every source is checked."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

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
    stem = path.name.removesuffix(".toml")
    if target.name != stem:
        raise TargetFileError(f'{path.name}: expected name = "{stem}", got "{target.name}"')
    for section, fact in target.facts():
        if fact.source not in target.sources:
            raise TargetFileError(f'{path.name}: [{section}]: unknown source "{fact.source}"')
    return target


class _Reader:
    """Builds the dataclasses of `_facts` from tables."""

    def __init__(self, filename: str) -> None:
        self.filename = filename

    def build(self, cls: type[Any], table: Any, where: str) -> Any:
        """An instance of a dataclass, from a table that has its fields as keys."""
        if not isinstance(table, Mapping):
            raise self._error(where, f"expected a table, got {table!r}")
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
            elif each.default is MISSING and each.default_factory is MISSING:
                raise self._error(where, f'"{each.name}" is missing')
        return cls(**values)

    def _value(self, hint: Any, value: Any, where: str) -> Any:
        """A value that fits a type hint."""
        arguments = get_args(hint)
        if type(None) in arguments:  # `X | None`: a key that is given has a value
            return self._value(arguments[0], value, where)
        origin = get_origin(hint) or hint
        if origin is tuple:
            return self._list(arguments[0], value, where)
        if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
            return self._mapping(arguments[1], value, where)
        if origin in (str, int, bool):
            return self._plain(origin, value, where)
        if set(arguments) == {int, str}:
            return value if isinstance(value, int) else self._plain(str, value, where)
        if arguments:
            return self._choice(arguments, value, where)
        return self.build(origin, value, where)

    def _list(self, hint: Any, value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self._error(where, f"expected a list, got {value!r}")
        return tuple(self._value(hint, each, where) for each in value)

    def _mapping(self, hint: Any, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self._error(where, f"expected a table, got {value!r}")
        return {key: self._value(hint, each, f"{where}.{key}") for key, each in value.items()}

    def _plain(self, kind: type[Any], value: Any, where: str) -> Any:
        if type(value) is not kind:
            raise self._error(where, f"expected {kind.__name__}, got {value!r}")
        return value

    def _choice(self, choices: tuple[Any, ...], value: Any, where: str) -> Any:
        if value not in choices:
            raise self._error(where, f"expected one of {', '.join(choices)}, got {value!r}")
        return value

    def _error(self, where: str, problem: str) -> TargetFileError:
        place = f"[{where}]: " if where else ""
        return TargetFileError(f"{self.filename}: {place}{problem}")
