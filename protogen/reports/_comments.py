"""The comments of ``caffe.proto``, which its compiled form does not keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from protogen import proto

__all__ = ["comments"]

_OPENS = re.compile(r"\s*(?:message|enum|extend)\s+([\w.]+)\s*\{")
_FIELD = re.compile(r"\s*(?:optional|required|repeated)\s+[\w.]+\s+(\w+)\s*=")


@cache
def comments() -> Mapping[str, str]:
    """The comment above each field, by the field's full name (``caffe.PoolingParameter.pad``)."""
    source = Path(proto.__file__).with_name("caffe.proto").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    around = [proto.PACKAGE]
    pending: list[str] = []
    for line in source.splitlines():
        if line.lstrip().startswith("//"):
            pending.append(line.strip().lstrip("/ "))
            continue
        opens, field = _OPENS.match(line), _FIELD.match(line)
        if opens:
            around.append(opens[1])
        elif line.strip() == "}":
            around.pop()
        elif field and pending:
            found[".".join([*around, field[1]])] = " ".join(pending)
        pending = []
    return found
