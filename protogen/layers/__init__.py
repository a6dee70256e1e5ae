"""Every layer type, one file each; ``from protogen import layers as L`` composes with them.

A type's file is found by its name (``InnerProduct`` in ``inner_product.py``) and imported when the
type is first used, so a new layer is a new file and nothing else.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from protogen.diagnostics import did_you_mean
from protogen.schema import LayerSchema, registered

__all__ = ["all_types", "find", "suggest"]


@cache
def _modules() -> dict[str, str]:
    """The modules of layer types, by name without underscores: ``innerproduct: inner_product``."""
    stems = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return {stem.replace("_", ""): stem for stem in stems if not stem.startswith("_")}


def find(layer_type: str) -> LayerSchema | None:
    """The schema of a layer type, or ``None`` if there is none of exactly that name."""
    module = _modules().get(layer_type.lower())
    if module:
        importlib.import_module(f"{__name__}.{module}")
    return registered(layer_type)


@cache
def all_types() -> tuple[LayerSchema, ...]:
    """Every layer type, by name."""
    for module in _modules().values():
        importlib.import_module(f"{__name__}.{module}")
    found = (registered(_type_of(module)) for module in _modules().values())
    return tuple(sorted((s for s in found if s), key=lambda schema: schema.type.lower()))


def _type_of(module: str) -> str:
    """The type a module registers: the one whose name without case is the module's."""
    names = vars(importlib.import_module(f"{__name__}.{module}"))
    return next(n for n in names if n.lower() == module.replace("_", "") and registered(n))


@cache
def suggest(layer_type: str) -> str:
    """``did you mean "Convolution"?`` for a misspelt type, or nothing."""
    return did_you_mean(layer_type, [schema.type for schema in all_types()])


def __getattr__(name: str) -> LayerSchema:
    schema = None if name.startswith("_") else find(name)
    if schema is None:
        hint = "" if name.startswith("_") else suggest(name)
        raise AttributeError(f'no layer type "{name}"' + (f"; {hint}" if hint else ""))
    globals()[name] = schema
    return schema


def __dir__() -> list[str]:
    return sorted([*__all__, *(schema.type for schema in all_types())])
