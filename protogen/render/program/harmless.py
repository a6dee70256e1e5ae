"""Whether a program does nothing but compose: looked at before it is run.

A net may come from anybody, and its names and comments are in the program that is written from it.
Each is quoted, so that none is code. This is the second look, for a mistake in the first.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from protogen import fillers
from protogen.compose import blocks

__all__ = ["other_code"]

_MODULES = frozenset({"protogen", "caffe", "google.protobuf"})
_OF_MODULES = frozenset({"Merge", "NetSpec", "TEST", "TRAIN"})

#: Functions of Python that neither open nor run anything.
_BUILTINS = {"__name__", "abs", "bool", "dict", "enumerate", "float", "int", "len", "list", "max",
             "min", "print", "range", "reversed", "set", "sorted", "str", "sum", "tuple",
             "zip"}  # fmt: skip


def other_code(source: str) -> str:
    """The first thing in a program that composing does not need; empty if there is none.

    Raises `SyntaxError` for a program that Python cannot read.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for module in _imported(node):
            if module not in _MODULES:
                return f"the import of {module}"
        if isinstance(node, ast.Attribute) and not _is_for_composing(node):
            return f'the attribute "{node.attr}"'
    return _unneeded_builtin(list(_names(tree)))


def _unneeded_builtin(names: list[ast.Name]) -> str:
    """The first builtin that composing does not need, in words; empty if there is none."""
    allowed = set(_BUILTINS)
    # A variable may have the name of a builtin, and then hides it.
    for name in names:
        if isinstance(name.ctx, ast.Store):
            allowed.add(name.id)
    for name in names:
        if name.id in allowed:
            continue
        if _is_builtin(name.id):
            return f'the name "{name.id}"'
    return ""


def _is_builtin(name: str) -> bool:
    """Whether Python itself knows a name; ``__builtins__`` is one that it hides."""
    return hasattr(builtins, name) or name.startswith("__")


def _imported(node: ast.AST) -> list[str]:
    """The modules that a statement imports, or imports from."""
    if isinstance(node, ast.ImportFrom):
        return [str(node.module)]
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return []


def _names(tree: ast.AST) -> Iterator[ast.Name]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name))


def _is_for_composing(node: ast.Attribute) -> bool:
    """Whether an attribute is a layer type, a block, a filler, a field, or a blob."""
    # From ``__class__`` and the like everything in Python can be reached.
    if node.attr.startswith("__"):
        return False
    home = ""
    if isinstance(node.value, ast.Name):
        home = node.value.id
    # A module has other members than these, too, among them the modules that it imports.
    if home in ("L", "P"):
        return node.attr[0].isupper()
    if home == "blocks":
        return node.attr in blocks.__all__
    if home == "fillers":
        return node.attr in fillers.__all__
    if home in ("caffe", "text_format"):
        return node.attr in _OF_MODULES
    return True
