"""Every rule once: its code, its name, its severity, its documentation and its examples.

A rule that a check looks for is declared in the check's file. The rules that the reader, the
upgrade, the graph and inference find are declared in the modules of this folder, which register
them on import. A diagnostic is made by its rule (``named("unknown-bottom").diagnostic(...)``), so
that each code is written in one place.
"""

from __future__ import annotations

from protogen.rules import (
    convert,
    coordinates,
    deploy,
    fields,
    files,
    graph,
    netspec,
    parameters,
    shapes,
    targets,
    text,
    upgrade,
    windows,
)
from protogen.rules.registry import FAMILIES, Catalogue, Rule, named, register, registered

__all__ = [
    "FAMILIES",
    "Catalogue",
    "Rule",
    "convert",
    "coordinates",
    "deploy",
    "fields",
    "files",
    "graph",
    "named",
    "netspec",
    "parameters",
    "register",
    "registered",
    "shapes",
    "targets",
    "text",
    "upgrade",
    "windows",
]
