"""``caffe.io``: the messages, and nothing that loads or changes an image."""

from __future__ import annotations

from typing import Any

from protogen.netspec import caffe_pb2
from protogen.netspec.needs_caffe import needs_caffe

__all__ = ["caffe_pb2"]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)

    def function(*args: Any, **keywords: Any) -> Any:
        needs_caffe(f"caffe.io.{name}")

    return function
