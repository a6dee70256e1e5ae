"""The base of Exp and Log."""

from __future__ import annotations

import math

from protogen.schema import Context

__all__ = ["check_base"]


def check_base(ctx: Context) -> None:
    """Raise for a base without a logarithm; -1 stands for e."""
    base = ctx.param.base
    if base != -1 and not 0 < base < math.inf:
        raise ctx.fault(f"base must be greater than 0, or -1 for e; got {base:g}", "base")
