"""JSON for scripts: the same text for the same data, keys in a fixed order."""

from __future__ import annotations

import json
import math

__all__ = ["dumps"]


def dumps(data: object) -> str:
    """The data as indented JSON; an unknown size is ``null``.

    It is ASCII, with other characters escaped, so that it is valid in whatever encoding it is
    written. JSON has no NaN and no infinity: they are strings.
    """
    try:
        return json.dumps(data, indent=2, allow_nan=False)
    except ValueError:
        # Only now, because to look at every number first would take as long as to write it.
        return json.dumps(_with_words(data), indent=2, allow_nan=False)


def _with_words(data: object) -> object:
    """The data with words in place of numbers that JSON does not have."""
    if isinstance(data, dict):
        return {key: _with_words(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_with_words(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return str(data)
    return data
