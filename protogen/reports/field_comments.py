"""The comments of ``caffe.proto``, which its compiled form does not keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from protogen import proto

__all__ = ["field_comments"]

# Our caffe.proto has one declaration on each line, so that two patterns are enough to read it.
_BLOCK = re.compile(r"\s*(?:message|enum|extend)\s+([\w.]+)\s*\{")
_FIELD = re.compile(r"\s*(?:optional|required|repeated)\s+[\w.]+\s+(\w+)\s*=")


@cache
def field_comments() -> Mapping[str, str]:
    """The comment above each field, by the field's full name (``caffe.PoolingParameter.pad``)."""
    source = resources.files(proto).joinpath("caffe.proto").read_text(encoding="utf-8")
    comments: dict[str, str] = {}
    # The package and the messages around the line.
    scope = [proto.PACKAGE]
    # The lines of the comment right above the line.
    comment: list[str] = []
    for line in source.splitlines():
        if line.lstrip().startswith("//"):
            comment.append(line.strip().lstrip("/ "))
            continue
        block = _BLOCK.match(line)
        field = _FIELD.match(line)
        if block:
            scope.append(block[1])
        elif line.strip() == "}":
            scope.pop()
        elif field and comment:
            comments[".".join([*scope, field[1]])] = " ".join(comment)
        comment = []
    return comments
