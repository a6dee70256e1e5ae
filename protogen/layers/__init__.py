"""Every layer type, each in its own file; ``from protogen import layers as L`` composes with them.

The name of a type gives its file (``InnerProduct`` is in ``inner_product.py``), which is imported
when the type is first used. Adding a layer means adding a file, and nothing else.
"""

# Once imported, filter.py, input.py and slice.py hide the builtins with these names in this module.
from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from protogen.modules import module_names
from protogen.proto.schemas import schema_of
from protogen.schema import LayerSchema, UnknownType, registered
from protogen.spelling import hidden_difference, nearest

__all__ = ["Layer", "all_types", "find", "intended_type", "of_user", "other_types", "suggest"]


@cache
def _modules() -> dict[str, str]:
    """The modules of layer types, by their names without underscores."""
    return {stem.replace("_", ""): stem for stem in module_names(__path__)}


def find(layer_type: str) -> LayerSchema | None:
    """The schema of the layer type with exactly this name, or ``None``."""
    # Importing its module registers a type. The type of a user is registered without one.
    module = _modules().get(layer_type.lower())
    if module:
        importlib.import_module(f"{__name__}.{module}")
    return registered(layer_type) or _others().get(layer_type)


def of_user(layer: Any) -> LayerSchema | None:
    """The schema of a type that only the user's ``caffe.proto`` has parameters for."""
    schema = schema_of(layer.DESCRIPTOR)
    if schema is None or not schema.parameter_of(layer.type):
        return None
    return _user_type(layer.type)


@cache
def _user_type(layer_type: str) -> LayerSchema:
    from protogen.layers._fork_types import ForkType

    return ForkType(layer_type, "")


def _others() -> Mapping[str, LayerSchema]:
    """The types of forks without their own file."""
    from protogen.layers._fork_types import fork_types

    return fork_types()


@cache
def all_types() -> tuple[LayerSchema, ...]:
    """Every layer type, sorted by name."""
    found = []
    for module in _modules().values():
        schema = registered(_type_of(module))
        if schema is not None:
            found.append(schema)
    return tuple(sorted(found, key=lambda schema: schema.type.lower()))


def _type_of(module: str) -> str:
    """The type that a module registers: ``InnerProduct`` for ``inner_product``."""
    wanted = module.replace("_", "")
    # The module also has the names that it imports, so only what is registered counts.
    for name in vars(importlib.import_module(f"{__name__}.{module}")):
        if name.lower() == wanted and registered(name):
            return name
    raise LookupError(f"{module}.py does not register a layer type with its name")


def other_types() -> tuple[LayerSchema, ...]:
    """The types of forks that little is known about except the name, sorted by name."""
    return tuple(sorted(_others().values(), key=lambda schema: schema.type.lower()))


@cache
def suggest(layer_type: str) -> str:
    """``did you mean "Convolution"?`` for a misspelled type, or nothing."""
    near = intended_type(layer_type)
    if not near:
        return ""
    hidden = hidden_difference(layer_type, near)
    return f'did you mean "{near}"?' + (f" {hidden}" if hidden else "")


#: What other frameworks call a layer, in small letters, and its type in Caffe.
_NAMES_ELSEWHERE = {
    "averagepool": "Pooling",
    "averagepooling": "Pooling",
    "avgpool": "Pooling",
    "conv2d": "Convolution",
    "conv2dtranspose": "Deconvolution",
    "convtranspose": "Deconvolution",
    "convtranspose2d": "Deconvolution",
    "dense": "InnerProduct",
    "fc": "InnerProduct",
    "fullyconnected": "InnerProduct",
    "gemm": "InnerProduct",
    "globalaveragepool": "Pooling",
    "globalaveragepooling": "Pooling",
    "globalpool": "Pooling",
    "globalpooling": "Pooling",
    "linear": "InnerProduct",
    "maxpool": "Pooling",
    "maxpool2d": "Pooling",
    "maxpooling": "Pooling",
    "maxpooling2d": "Pooling",
}


@cache
def intended_type(layer_type: str) -> str:
    """The type that was most likely intended, or "" if none clearly was."""
    elsewhere = _NAMES_ELSEWHERE.get(layer_type.replace("_", "").lower())
    if elsewhere:
        return elsewhere
    return nearest(layer_type, [schema.type for schema in (*all_types(), *other_types())])


def Layer(layer_type: str, *bottoms: Any, **keywords: Any) -> Any:  # noqa: N802
    """Compose a layer of the type with this name, which no schema needs to know.

    For an unknown type, ``tops`` gives the names and shapes of the tops, with ``None`` for what is
    unknown of a shape, and keywords give whole messages:
    ``L.Layer("Blur", x, tops={"y": (1, 8, 16, 16)}, convolution_param={"kernel_size": 3})``.
    """
    schema = find(layer_type) or UnknownType(layer_type)
    return schema(*bottoms, **keywords)


def __getattr__(name: str) -> LayerSchema:
    # Python asks for names like __path__, which no layer type has.
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    schema = find(name)
    if schema is None:
        hint = suggest(name)
        raise AttributeError(f'unknown layer type "{name}"' + (f"; {hint}" if hint else ""))
    # Python asks here only for names that the module does not have yet.
    globals()[name] = schema
    return schema


def __dir__() -> list[str]:
    return sorted(["Layer", *(schema.type for schema in (*all_types(), *other_types()))])
