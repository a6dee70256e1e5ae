"""The networks by their names: the functions that the files of this folder register."""

from __future__ import annotations

import importlib
import sys
from functools import cache

from protogen.diagnostics import did_you_mean
from protogen.modules import module_names
from protogen.zoo._network import Network, ZooError, registered

__all__ = ["find", "names"]


@cache
def _all() -> dict[str, Network]:
    """All networks, sorted by name; their files register them when they are imported."""
    # The folder of this package, wherever it is; `zoo` itself would be a circular import.
    for name in module_names(sys.modules[__package__].__path__):
        importlib.import_module(f"{__package__}.{name}")
    return dict(sorted(registered().items(), key=lambda item: _natural(item[0])))


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """A key for sorting that puts resnet50 before resnet101."""
    parts: list[str] = []
    for character in name:
        if parts and parts[-1].isdigit() == character.isdigit():
            parts[-1] += character
        else:
            parts.append(character)
    key = []
    for part in parts:
        is_number = part.isdigit()
        # Numbers come before words, as digits come before letters.
        key.append((not is_number, int(part) if is_number else 0, part))
    return key


def names() -> list[str]:
    """The names of all networks, in alphabetical order."""
    return list(_all())


def find(name: str) -> Network:
    """The network with this name. Raises `ZooError` if there is none."""
    network = _all().get(name)
    if network is None:
        hint = did_you_mean(name, names()) or '"protogen zoo" lists the networks'
        raise ZooError(f'unknown network "{name}"; {hint}')
    return network
