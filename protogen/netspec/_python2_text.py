"""The order of dicts in Python 2, and the text of dicts and floats: scripts put it into messages.

Python 2 keeps a dict in the order of its hash table. The table is rebuilt here from the order in
which the keys were added.
(source: ``Objects/dictobject.c`` and ``Objects/stringobject.c`` of CPython 2.7)
"""

from __future__ import annotations

from typing import Any

__all__ = ["python2_keys", "python2_repr", "python2_str"]

_WORD = 2**64
_LEAST = 8


def python2_str(value: Any) -> str:
    """``str(value)``: a float has 12 digits, a dict the order of its table."""
    if type(value) is float:
        return _short(value)
    # For these, str() is repr().
    if isinstance(value, (dict, list, tuple)):
        return python2_repr(value)
    return str(value)


def python2_repr(value: Any) -> str:
    """``repr(value)``, in which a dict has the order of its table."""
    kind = type(value)
    if kind is dict:
        items = []
        for key in python2_keys(value):
            items.append(f"{python2_repr(key)}: {python2_repr(value[key])}")
        return f"{{{', '.join(items)}}}"
    # Only these types themselves: a class that extends one may have a repr() of its own.
    if kind not in (list, tuple):
        return repr(value)
    inside = ", ".join(map(python2_repr, value))
    if kind is list:
        return f"[{inside}]"
    if len(value) == 1:
        return f"({inside},)"
    return f"({inside})"


def _short(value: float) -> str:
    text = f"{value:.12g}"
    # 1e+20, inf and nan are complete; 1 is not.
    if set(".einf").isdisjoint(text):
        return f"{text}.0"
    return text


def python2_keys(mapping: dict[Any, Any]) -> list[Any]:
    """The keys in the order of Python 2; in that of Python 3 if the hash of a key is unknown."""
    table: list[Any] = [None] * _LEAST
    for used, key in enumerate(mapping, start=1):
        if _hash(key) is None:
            return list(mapping)
        _insert(table, key)
        # A table is at most two thirds full, and is rebuilt with room for four times its keys.
        if used * 3 >= len(table) * 2:
            table = _rebuilt(table, used * 4)
    return [key for (key,) in filter(None, table)]


def _rebuilt(table: list[Any], room: int) -> list[Any]:
    size = _LEAST
    while size <= room:
        size *= 2
    larger: list[Any] = [None] * size
    for (key,) in filter(None, table):
        _insert(larger, key)
    return larger


def _insert(table: list[Any], key: Any) -> None:
    """Put the key into the first free slot of those that its hash leads to."""
    mask = len(table) - 1
    perturb = (_hash(key) or 0) % _WORD
    index = perturb
    while table[index & mask] is not None:
        index = index * 5 + perturb + 1
        perturb >>= 5
        # The first step uses the whole hash, and the next ones what is left of it.
    table[index & mask] = (key,)


def _hash(key: Any) -> int | None:
    """The hash of a string or a small integer; ``None`` for other keys."""
    if isinstance(key, int):
        value = int(key)
    elif isinstance(key, str):
        value = _string_hash(key.encode("utf-8"))
    else:
        return None
    # In C, -1 stands for an error, so no hash is -1.
    if value == -1:
        return -2
    return value


def _string_hash(data: bytes) -> int:
    """``string_hash`` of CPython 2.7, without the seed that -R adds, as a signed number."""
    if not data:
        return 0
    value = data[0] << 7
    for byte in data:
        value = (1000003 * value) % _WORD ^ byte
    value ^= len(data)
    if value >= _WORD // 2:
        value -= _WORD
    return value
