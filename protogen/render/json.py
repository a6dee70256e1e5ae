"""JSON for scripts: the same text for the same data, keys in a fixed order."""

from __future__ import annotations

import json

__all__ = ["dumps"]


def dumps(data: object) -> str:
    """The data as indented JSON; an unknown size is ``null``."""
    return json.dumps(data, indent=2, ensure_ascii=False)
