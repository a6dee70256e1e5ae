"""The comments of ``caffe.proto``, which its compiled form does not keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from protogen import proto

__all__ = ["field_comments"]

_BLOCK = re.compile(r"\s*(?:message|enum|extend)\s+([\w.]+)\s*\{")
_FIELD = re.compile(r"\s*(?:optional|required|repeated)\s+[\w.]+\s+(\w+)\s*=")


@cache
def field_comments() -> Mapping[str, str]:
    """The comment above each field, by the field's full name (``caffe.PoolingParameter.pad``)."""
    source = Path(proto.__file__).with_name("caffe.proto").read_text(encoding="utf-8")
    comments: dict[str, str] = {}
    scope = [proto.PACKAGE]
    pending: list[str] = []
    for line in source.splitlines():
        if line.lstrip().startswith("//"):
            pending.append(line.strip().lstrip("/ "))
            continue
        block, field = _BLOCK.match(line), _FIELD.match(line)
        if block:
            scope.append(block[1])
        elif line.strip() == "}":
            scope.pop()
        elif field and pending:
            comments[".".join([*scope, field[1]])] = " ".join(pending)
        pending = []
    return comments
