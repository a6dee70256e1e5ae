"""Settings of ``protogen check``: in ``protogen.toml``, ``pyproject.toml`` or ``setup.cfg``."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from protogen.cli._options import FORMATS, SEVERITIES
from protogen.cli._output import Unusable
from protogen.diagnostics import did_you_mean
from protogen.shapes import parse_shape

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Settings", "check_codes", "find_settings", "read_settings"]

#: In one folder the first of these that speaks of protogen counts, and where in it.
_FILES = {
    "protogen.toml": (),
    "pyproject.toml": ("tool", "protogen"),
    "setup.cfg": ("protogen",),
}


@dataclass(frozen=True)
class Settings:
    """What a file of settings may say; patterns of files are relative to its ``folder``."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: str | None = None
    format: str | None = None
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    folder: Path = Path()

    def ignored_in(self, file: Path) -> tuple[str, ...]:
        """The codes not to tell in a file."""
        try:
            path = Path(os.path.realpath(file)).relative_to(self.folder).as_posix()
        except ValueError:
            path = file.as_posix()
        return tuple(
            code
            for pattern, codes in self.per_file_ignores.items()
            if fnmatch(path, pattern) or fnmatch(file.name, pattern)
            for code in codes
        )


def find_settings(file: Path) -> Settings:
    """The settings for a file: those of the nearest folder around it that has any."""
    return _nearest(Path(os.path.realpath(file)).parent)  # resolve() raises for a loop of links


@cache
def _nearest(folder: Path) -> Settings:
    for name in _FILES:
        found = _read(folder / name) if (folder / name).is_file() else None
        if found is not None:
            return _checked(found, folder / name)
    return Settings() if folder.parent == folder else _nearest(folder.parent)


def read_settings(path: Path) -> Settings:
    """The settings in one file, which must have some."""
    found = _read(path)
    if found is None:
        section = ".".join(_FILES.get(path.name, ("protogen",)))
        raise Unusable(f"{path} has no section [{section}]")
    return _checked(found, path)


def _read(path: Path) -> dict[str, Any] | None:
    """The part of a file that is for protogen, or ``None`` where it has none."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            part: Any = tomllib.loads(text)
        else:
            parser = configparser.ConfigParser(interpolation=None)
            parser.read_string(text)
            part = {name: dict(parser[name]) for name in parser.sections()}
    except (OSError, UnicodeError, tomllib.TOMLDecodeError, configparser.Error) as error:
        reason = (getattr(error, "strerror", "") or str(error)).replace("\n", " ")
        raise Unusable(f"{path} cannot be read: {reason}") from None
    keys = _FILES.get(path.name, () if path.suffix == ".toml" else ("protogen",))
    for key in keys:
        part = part.get(key)
        if part is None:
            return None
    return part if isinstance(part, dict) else {}


def _checked(found: Mapping[str, Any], path: Path) -> Settings:
    """The settings, each of its kind; what is not known is an error with a suggestion."""
    known: dict[str, Any] = {}
    for key, value in found.items():
        name = key.replace("_", "-")
        if name not in _READERS:
            near = did_you_mean(name, _READERS) or f"there are {', '.join(_READERS)}"
            raise Unusable(f'{path}: no setting "{key}"; {near}')
        try:
            known[name.replace("-", "_")] = _READERS[name](value)
        except ValueError as error:
            raise Unusable(f'{path}: "{key}": {error}') from None
    return Settings(**known, folder=path.resolve().parent)


def _words(value: Any) -> tuple[str, ...]:
    """A list of strings; in an ini file they stand between commas, or on lines of their own."""
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError(f"write a list of strings, not {value!r}")


def _codes(value: Any) -> tuple[str, ...]:
    words = _words(value)
    check_codes(words)
    return words


def check_codes(words: Sequence[str]) -> None:
    """Raise `ValueError`, with the nearest rule, for a word that selects no rule."""
    from protogen.checks import all_rules

    all_rules().check_patterns(words)


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value in choices:
            return str(value)
        near = did_you_mean(str(value), choices) or f"it is one of {', '.join(choices)}"
        raise ValueError(f'"{value}" is not known; {near}')

    return read


def _table(value: Any, separators: str) -> dict[str, Any]:
    """A table; in an ini file each line of the value is one entry."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise ValueError(f"write a table, not {value!r}")
    entries = {}
    for line in filter(None, map(str.strip, value.splitlines())):
        place = max(line.rfind(separator) for separator in separators)
        if place <= 0:
            raise ValueError(f'"{line}" has no "{separators[0]}"')
        entries[line[:place].strip()] = line[place + 1 :].strip()
    return entries


def _per_file(value: Any) -> dict[str, tuple[str, ...]]:
    return {pattern: _codes(codes) for pattern, codes in _table(value, ":").items()}


def _inputs(value: Any) -> dict[str, tuple[int | None, ...]]:
    return {blob: _shape(shape) for blob, shape in _table(value, ":=").items()}


def _shape(value: Any) -> tuple[int | None, ...]:
    if isinstance(value, list):
        value = ",".join(map(str, value))
    return parse_shape(str(value))


_READERS: dict[str, Callable[[Any], Any]] = {
    "select": _codes,
    "ignore": _codes,
    "severity": _one_of(*SEVERITIES),
    "format": _one_of(*FORMATS),
    "per-file-ignores": _per_file,
    "inputs": _inputs,
}
