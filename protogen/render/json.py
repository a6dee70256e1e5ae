"""Reports as JSON, for scripts: the same for the same report, keys in a fixed order."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["dumps"]


def dumps(data: Any) -> str:
    """The data as indented JSON; a size not known is ``null``."""
    return json.dumps(data, indent=2, ensure_ascii=False)
