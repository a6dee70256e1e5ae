"""What each consumer of prototxt accepts, ignores, or computes otherwise: one TOML file each.

A consumer is a program that reads prototxt: Caffe itself, its forks, and the importers, compilers
and runtimes that are not Caffe. Each fact in a file names its source, and whether the program was
*run* or its source or documentation was *read*.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

from protogen.spelling import nearest
from protogen.targets._facts import (
    EFFECTS,
    Effect,
    Formats,
    Limit,
    Quirk,
    Rounding,
    Schema,
    Source,
    Target,
    TargetFileError,
    Types,
    UnknownFields,
)
from protogen.targets._reading import read_target

__all__ = [
    "EFFECTS",
    "Effect",
    "Formats",
    "Limit",
    "Quirk",
    "Rounding",
    "Schema",
    "Source",
    "Target",
    "TargetFileError",
    "Types",
    "UnknownFields",
    "all_targets",
    "get",
    "names",
    "read_target",
]

_FOLDER = resources.files(__name__)


@cache
def names() -> tuple[str, ...]:
    """The names of all targets, in alphabetical order."""
    found = []
    for path in _FOLDER.iterdir():
        name, _, suffix = path.name.rpartition(".")
        if suffix == "toml":
            found.append(name)
    return tuple(sorted(found))


@cache
def get(name: str) -> Target:
    """The target with this name. Raises `ValueError`, with the nearest name, if there is none."""
    # Only a known name becomes part of the path of a file.
    if name not in names():
        raise ValueError(f'unknown target "{name}"; {_nearest(name)}')
    return read_target(_FOLDER.joinpath(f"{name}.toml"))


def all_targets() -> Iterator[Target]:
    """Every target, sorted by name."""
    return map(get, names())


def _nearest(name: str) -> str:
    """What to write instead of a name that no target has."""
    # Without the versions, one of which may be left out or another one: opencv, opencv5.
    programs = {each.rstrip("0123456789"): each for each in reversed(names())}
    program = nearest(name.rstrip("0123456789."), programs)
    if program:
        return f'did you mean "{programs[program]}"?'
    return f"the targets are {', '.join(names())}"
