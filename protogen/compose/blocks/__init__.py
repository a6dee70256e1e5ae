"""Blocks: functions from blobs to blobs, each of which adds the layers of a published design.

One file for each block, whose function has the file's name. A block knows no net: it adds to the
net that is being composed, under the name it is given::

    from protogen import blocks

    x = blocks.inception(x, num_output=(64, 96, 128, 16, 32, 32), name="inception_3a")
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from protogen.diagnostics import did_you_mean

#: The names of the files here are the names of the blocks.
__all__ = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem[0] != "_")


def __getattr__(name: str) -> Callable[..., Any]:
    near = did_you_mean(name, __all__) or f"there are {', '.join(__all__)}"
    raise AttributeError(f'no block "{name}"; {near}')


# All at once: a file imported later on would put its module where its function belongs.
for _name in __all__:
    globals()[_name] = getattr(importlib.import_module(f"{__name__}.{_name}"), _name)
