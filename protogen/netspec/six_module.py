"""A stand-in for the package six, which comes with every pycaffe, where it is not installed."""

from __future__ import annotations

import functools
import importlib.util
import io
import itertools
import pickle
import sys
from types import ModuleType
from typing import Any

__all__ = ["install"]

#: What `six.moves` has, as Python 3 calls it.
_MOVES = {
    "StringIO": io.StringIO,
    "cPickle": pickle,
    "filter": filter,
    "input": input,
    "map": map,
    "range": range,
    "reduce": functools.reduce,
    "xrange": range,
    "zip": zip,
    "zip_longest": itertools.zip_longest,
}

#: What `six` itself has; scripts of Caffe use little of it.
_NAMES = {
    "PY2": False,
    "PY3": True,
    "binary_type": bytes,
    "integer_types": (int,),
    "iteritems": lambda mapping: iter(mapping.items()),
    "iterkeys": lambda mapping: iter(mapping.keys()),
    "itervalues": lambda mapping: iter(mapping.values()),
    "string_types": (str,),
    "text_type": str,
}


def install() -> None:
    """Let ``import six`` find what scripts use of it, unless the package is installed."""
    # find_spec raises for a module that has been put there without a spec, as here.
    if "six" in sys.modules or importlib.util.find_spec("six") is not None:
        return
    moves = _module("six.moves", _MOVES)
    sys.modules["six"] = _module("six", {**_NAMES, "moves": moves})
    sys.modules["six.moves"] = moves


def _module(name: str, content: dict[str, Any]) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(content)
    return module
