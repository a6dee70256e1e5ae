"""The base that Exp and Log share."""

from __future__ import annotations

import math
from typing import Any

from protogen.schema import Fault

__all__ = ["refuse_base"]


def refuse_base(p: Any, field: str) -> None:
    """Fault a base that has no logarithm; -1 stands for e."""
    if p.base != -1 and not 0 < p.base < math.inf:
        raise Fault(f"base {p.base:g} is neither above 0 nor -1, which stands for e", field=field)
