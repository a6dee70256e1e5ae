"""The libraries of the extra ``data``, imported only when there is a source to read."""

from __future__ import annotations

import importlib
from typing import Any

from protogen.sources._files import UnreadableSource

__all__ = ["library"]


def library(name: str, package: str) -> Any:
    """A module of a package. Raises `UnreadableSource` if it is not installed."""
    # Most nets are checked without their data, so these are no requirements of protogen.
    try:
        return importlib.import_module(name)
    except ImportError:
        hint = "pip install 'caffe-protogen[data]'"
        raise UnreadableSource(f"{package} is not installed", hint) from None
