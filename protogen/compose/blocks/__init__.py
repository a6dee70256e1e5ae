"""Blocks: functions from blobs to blobs, each of which adds the layers of a published design.

There is one file for each block, and its function has the name of the file. A block adds layers to
the net that is being composed, under the name that it is given::

    from protogen import blocks

    x = blocks.inception(x, num_output=(64, 96, 128, 16, 32, 32), name="inception_3a")

Shapes are (N, C, H, W): images, channels, height and width.
"""

from __future__ import annotations

import importlib
from typing import NoReturn

from protogen.diagnostics import did_you_mean
from protogen.modules import module_names

__all__ = module_names(__path__)


def __getattr__(name: str) -> NoReturn:
    near = did_you_mean(name, __all__) or f"known blocks: {', '.join(__all__)}"
    raise AttributeError(f'unknown block "{name}"; {near}')


def __dir__() -> list[str]:
    return __all__


# Importing a submodule sets it as an attribute here. So all are imported now, and each is replaced
# by its function; a block that is imported later would hide its function again.
for _name in __all__:
    globals()[_name] = getattr(importlib.import_module(f"{__name__}.{_name}"), _name)
