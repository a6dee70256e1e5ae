"""Settings: in ``protogen.toml``, ``pyproject.toml`` or ``setup.cfg``."""

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

from protogen.cli._files import Exclude
from protogen.cli._options import SEVERITIES
from protogen.cli._output import Unusable
from protogen.diagnostics import did_you_mean
from protogen.render.findings import FORMATS
from protogen.shapes import parse_shape
from protogen.spelling import shown

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "Settings",
    "check_codes",
    "check_targets",
    "find_settings",
    "folder_settings",
    "read_settings",
]

#: The files that may hold settings, and the section for protogen in each. In one folder, the first
#: file with settings counts.
_SECTIONS = {
    "protogen.toml": (),
    "pyproject.toml": ("tool", "protogen"),
    "setup.cfg": ("protogen",),
}


#: Whole projects have settings in a file of some kilobytes.
_MOST_BYTES = 2**24


@dataclass(frozen=True)
class Settings:
    """The settings of one file; its patterns of files are relative to its ``folder``.

    ``data`` is whether the data sources that nets name are opened.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: str | None = None
    format: str | None = None
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    data: bool = True
    targets: tuple[str, ...] = ()
    proto: str | None = None
    folder: Path = Path()

    @property
    def excluded(self) -> Exclude:
        """What the search of folders leaves out."""
        return Exclude(self.folder, self.exclude)

    def ignored_in(self, file: Path) -> tuple[str, ...]:
        """The codes of rules that are ignored in a file."""
        try:
            path = Path(os.path.realpath(file)).relative_to(self.folder).as_posix()
        # --config may name settings of another folder.
        except ValueError:
            path = file.as_posix()
        ignored: list[str] = []
        for pattern, codes in self.per_file_ignores.items():
            if fnmatch(path, pattern) or fnmatch(file.name, pattern):
                ignored += codes
        return tuple(ignored)


def find_settings(file: Path) -> Settings:
    """The settings for a file: those of the nearest folder around it that has any."""
    # resolve() raises for a loop of links.
    return _nearest(Path(os.path.realpath(file)).parent)


def folder_settings(folder: str | Path) -> Settings:
    """The settings for the files of a folder."""
    return _nearest(Path(os.path.realpath(folder)))


def _nearest(folder: Path) -> Settings:
    for each in (folder, *folder.parents):
        settings = _own(each)
        if settings is not None:
            return settings
    return Settings()


@cache
def _own(folder: Path) -> Settings | None:
    """The settings in a folder itself, if it has any."""
    for name in _SECTIONS:
        file = folder / name
        if not file.is_file():
            continue
        # Most pyproject.toml files have no section for protogen.
        section = _read(file)
        if section is not None:
            return _settings(section, file)
    return None


def read_settings(path: Path) -> Settings:
    """The settings in one file, which must have some."""
    section = _read(path)
    if section is None:
        name = ".".join(_SECTIONS.get(path.name, ("protogen",)))
        raise Unusable(f"{path} has no section [{name}]")
    return _settings(section, path)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MiB")
    return data.decode("utf-8")


def _read(path: Path) -> dict[str, Any] | None:
    """The section for protogen in a file, or ``None`` if there is none."""
    section = _read_all(path)
    # --config takes a file of any name.
    default = () if path.suffix == ".toml" else ("protogen",)
    for key in _SECTIONS.get(path.name, default):
        if not isinstance(section, dict):
            raise Unusable(f'{path}: expected a table around "{key}", got {shown(section)}')
        section = section.get(key)
        if section is None:
            return None
    if not isinstance(section, dict):
        raise Unusable(f"{path}: expected a table of settings, got {shown(section)}")
    return section


def _read_all(path: Path) -> Any:
    """A file of settings with all its sections. Raises `Unusable` if it cannot be read."""
    try:
        text = _text(path)
        if path.suffix == ".toml":
            return tomllib.loads(text)
        return _read_ini(text)
    # ValueError: not UTF-8, not TOML, or a number with more digits than Python reads.
    except (OSError, configparser.Error, ValueError) as error:
        reason = (getattr(error, "strerror", "") or str(error)).replace("\n", " ")
        raise Unusable(f"{path} cannot be read: {reason}") from None
    except RecursionError:
        raise Unusable(f"{path} cannot be read: it is nested too deep") from None


def _read_ini(text: str) -> dict[str, dict[str, str]]:
    # Without interpolation, which would look for a value in each percent sign.
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def _settings(section: Mapping[str, Any], path: Path) -> Settings:
    """The settings of a section. Raises `Unusable` for an unknown key or an invalid value."""
    values: dict[str, Any] = {}
    for key, value in section.items():
        name = key.replace("_", "-")
        if name not in _READERS:
            near = did_you_mean(name, _READERS) or f"the settings are {', '.join(_READERS)}"
            raise Unusable(f'{path}: unknown setting "{key}"; {near}')
        try:
            values[name.replace("-", "_")] = _READERS[name](value)
        except ValueError as error:
            raise Unusable(f'{path}: "{key}": {error}') from None
    folder = path.resolve().parent
    # The command may run in another folder.
    if "proto" in values:
        values["proto"] = str(folder / values["proto"])
    return Settings(**values, folder=folder)


def _lines(value: Any) -> tuple[str, ...]:
    """A list of strings; in an ini file, each line of the value is one of them."""
    if isinstance(value, str):
        lines = [line.strip() for line in value.splitlines()]
        # The value may begin on the line after its key.
        return tuple(filter(None, lines))
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError(f"expected a list of strings, got {shown(value)}")


def _codes(value: Any) -> tuple[str, ...]:
    """A list of codes; in an ini file, they are separated by commas or white space."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    codes = _lines(value)
    check_codes(codes)
    return codes


def check_codes(words: Sequence[str]) -> None:
    """Raise `ValueError`, with the nearest rule, for a word that selects no rule."""
    from protogen.checks import all_rules

    all_rules().check_patterns(words)


def _targets(value: Any) -> tuple[str, ...]:
    """A list of targets; in an ini file, they are separated by commas or white space."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    names = _lines(value)
    check_targets(names)
    return names


def check_targets(names: Sequence[str]) -> None:
    """Raise `ValueError`, with the nearest name, for a name that no target has."""
    from protogen.targets import get

    for name in names:
        get(name)


def _patterns(value: Any) -> tuple[str, ...]:
    """A list of patterns in the syntax of .gitignore."""
    from pathspec import GitIgnoreSpec

    patterns = _lines(value)
    # Compiled now, so that an invalid one is reported with its file and key.
    GitIgnoreSpec.from_lines(patterns)
    return patterns


def _path(value: Any) -> str:
    """The path of a file, relative to the folder of the settings."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected the path of a file, got {shown(value)}")
    return value


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value in choices:
            return str(value)
        near = did_you_mean(str(value), choices)
        hint = f"; {near}" if near else ""
        raise ValueError(f'expected one of {", ".join(choices)}, got "{value}"{hint}')

    return read


def _table(value: Any, separators: str) -> dict[str, Any]:
    """A table; in an ini file, each line of the value is one entry."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected a table, got {shown(value)}")
    entries = {}
    for line in _lines(value):
        # The last separator counts: patterns of files may contain one, too.
        place = max([line.rfind(separator) for separator in separators])
        if place <= 0:
            raise ValueError(f'"{line}" has no "{separators[0]}"')
        entries[line[:place].strip()] = line[place + 1 :].strip()
    return entries


def _per_file(value: Any) -> dict[str, tuple[str, ...]]:
    return {pattern: _codes(codes) for pattern, codes in _table(value, ":").items()}


def _inputs(value: Any) -> dict[str, tuple[int | None, ...]]:
    return {blob: _shape(shape) for blob, shape in _table(value, ":=").items()}


def _shape(value: Any) -> tuple[int | None, ...]:
    # TOML has lists, an ini file and --input have not.
    if isinstance(value, list):
        value = ",".join(map(str, value))
    return parse_shape(str(value))


def _boolean(value: Any) -> bool:
    """True or false; in an ini file, as a word."""
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if not isinstance(value, str) or word not in ("true", "false"):
        raise ValueError(f"expected true or false, got {shown(value)}")
    return word == "true"


_READERS: dict[str, Callable[[Any], Any]] = {
    "select": _codes,
    "ignore": _codes,
    "severity": _one_of(*SEVERITIES),
    "format": _one_of(*FORMATS.names()),
    "exclude": _patterns,
    "per-file-ignores": _per_file,
    "inputs": _inputs,
    "data": _boolean,
    "targets": _targets,
    "proto": _path,
}
