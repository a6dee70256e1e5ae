"""Running a script for Python 2: its syntax, and what its operators and builtins mean there.

The syntax is rewritten by fissix, the successor of lib2to3. Names that Python 2 has are builtins of
the script and of the modules next to it, not of anything else. ``/`` divides integers as Python 2
does, values of different types can be compared, and text can be written to a binary file.
"""

from __future__ import annotations

import ast
import builtins
import functools
import io
import math
import operator
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from numbers import Integral
from types import CodeType, ModuleType
from typing import Any

from protogen.netspec._python2_text import python2_keys, python2_repr, python2_str

__all__ = ["execute", "require"]

#: The changes of syntax. Changes that the builtins below make unnecessary are not among them.
_FIXERS = """
dict except exec getcwdu has_key imports imports2 itertools itertools_imports long metaclass
methodattrs ne next nonzero numliterals operator paren print raise repr standarderror
sys_exc throw tuple_params types urllib xreadlines
"""

#: What a dict returns in the order of its table.
_VIEWS = ("items", "keys", "values")

#: The names of assertions that Python 3.12 has removed, and their present names.
_ASSERTIONS = {
    "assertEquals": "assertEqual",
    "assertItemsEqual": "assertCountEqual",
    "assertNotEquals": "assertNotEqual",
    "assertRaisesRegexp": "assertRaisesRegex",
    "assertRegexpMatches": "assertRegex",
    "assert_": "assertTrue",
}

#: Comparisons that order values.
_ORDER = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}


def require() -> None:
    """Raise `ImportError` if fissix is not installed."""
    import fissix  # noqa: F401


def execute(source: bytes, path: str, module: ModuleType) -> None:
    """Run the source in a module; what the module imports from next to the script, too."""
    _add_old_assertions()
    with _own_modules(), _binary_files():
        _execute(source, path, module)


def _execute(source: bytes, path: str, module: ModuleType) -> None:
    vars(module)["__builtins__"] = _builtins()
    exec(_code(source, path), vars(module))


# Source ----------------------------------------------------------------------------------------


def _code(source: bytes, path: str) -> CodeType:
    text = _rewritten(_text(source), path)
    tree = ast.parse(text, path)
    divides = not _has_future_division(tree)
    return compile(ast.fix_missing_locations(_Operators(divides).visit(tree)), path, "exec")


def _text(source: bytes) -> str:
    """The source as text, with tabs as Python 2 reads them."""
    # Python 2 reads bytes; Latin-1 has a character for each of them.
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = source.decode("latin-1")
    lines = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        code = line.lstrip(" \t")
        lines.append(line[: len(line) - len(code)].expandtabs(8) + code)
    return "\n".join(lines) + "\n"


@cache
def _tool() -> Any:
    from fissix.refactor import RefactoringTool

    return RefactoringTool([f"fissix.fixes.fix_{name}" for name in _FIXERS.split()])


def _rewritten(text: str, path: str) -> str:
    """The text in the syntax of Python 3."""
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError

    try:
        return str(_tool().refactor_string(text, path))
    except (ParseError, TokenError):
        # Python 3's own message is better, if Python 3 cannot read the text either.
        return text


def _has_future_division(tree: ast.Module) -> bool:
    """Whether ``/`` divides as in Python 3."""
    imported: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            imported.update(alias.name for alias in node.names)
    return "division" in imported


class _Operators(ast.NodeTransformer):
    """Calls functions for ``/``, comparisons that order, text, and the order of dicts."""

    def __init__(self, divides: bool) -> None:
        self._divides = divides

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if self._divides and isinstance(node.op, ast.Div):
            return _call("div", node, node.left, node.right)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not self._divides or not isinstance(node.op, ast.Div):
            return node
        # A copy of the target that reads it: the target itself is to be written.
        old = ast.parse(ast.unparse(node.target), mode="eval").body
        value = _call("div", node, old, node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        is_plain = not node.keywords and len(node.args) == 1
        if is_plain and isinstance(function, ast.Name) and function.id in ("repr", "str"):
            return _call(function.id, node, *node.args)
        if isinstance(function, ast.Attribute) and function.attr in _VIEWS and not node.args:
            return _call(function.attr, node, function.value)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = _call("iter", node.iter, node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.iter = _call("iter", node.iter, node.iter)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) == 1 and type(node.ops[0]) in _ORDER:
            return _call(_ORDER[type(node.ops[0])], node, node.left, node.comparators[0])
        return node


def _operator(name: str) -> str:
    """The name of an operator's function; one that does not end in __ would change in a class."""
    return f"__python2_{name}__"


def _call(name: str, place: ast.expr | ast.stmt, *arguments: ast.expr) -> ast.expr:
    function = ast.Name(_operator(name), ast.Load())
    return ast.copy_location(ast.Call(function, list(arguments), []), place)


# Operators -------------------------------------------------------------------------------------


def _div(left: Any, right: Any) -> Any:
    if _is_integer(left) and _is_integer(right):
        return left // right
    return left / right


def _is_integer(value: Any) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return isinstance(value, Integral) or kind in ("i", "u")


def _comparison(name: str, sign: int, equal: bool) -> Any:
    """An operator that compares, for values of any types.

    ``sign`` is the result of ``cmp`` for which it holds, ``equal`` whether it holds for 0, too.
    """
    compare = getattr(operator, name)

    def function(left: Any, right: Any) -> Any:
        try:
            return compare(left, right)
        except TypeError:
            order = _cmp(left, right)
            return order == sign or (equal and order == 0)

    return function


def _cmp(left: Any, right: Any) -> int:
    """Values of different types are in the order of their types' names, numbers first."""
    try:
        return bool(left > right) - bool(left < right)
    except TypeError:
        one, other = _type_key(left), _type_key(right)
        return (one > other) - (one < other)


def _type_key(value: Any) -> tuple[int, str, int]:
    # None is less than everything, and objects of one type are in the order of their addresses.
    if value is None:
        return (0, "", 0)
    if isinstance(value, (int, float)):
        return (1, "", 0)
    return (2, type(value).__name__, id(value))


def _view(name: str, value: Any) -> Any:
    """``value.items()`` and the like."""
    # Other classes with these methods, such as an OrderedDict, have an order of their own.
    if type(value) is not dict:
        return getattr(value, name)()
    keys = python2_keys(value)
    if name == "keys":
        return keys
    if name == "values":
        return [value[key] for key in keys]
    return [(key, value[key]) for key in keys]


# Builtins --------------------------------------------------------------------------------------


def _round(value: float, digits: int = 0) -> float:
    """Half away from zero, and always a float."""
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5), value) / scale


def _listed(function: Any) -> Any:
    """A function that returns a list in place of an iterator."""

    @functools.wraps(function, assigned=("__doc__",))
    def listing(*arguments: Any) -> list[Any]:
        return list(function(*arguments))

    return listing


def _map(function: Any, *sequences: Any) -> list[Any]:
    # map(None, ...) was the way to write zip.
    if function is not None:
        return list(map(function, *sequences))
    if len(sequences) > 1:
        return list(zip(*sequences))
    return list(sequences[0])


def _filter(function: Any, sequence: Any) -> Any:
    """A filtered list; a string or a tuple stays what it is."""
    kept = list(filter(function, sequence))
    if isinstance(sequence, str):
        return "".join(kept)
    if isinstance(sequence, tuple):
        return tuple(kept)
    return kept


def _execfile(path: str, names: dict[str, Any]) -> None:
    with open(path, "rb") as file:  # noqa: PTH123
        exec(_code(file.read(), path), names)


class _TextInBinary(io.BufferedWriter):
    """A binary file that text can be written to."""

    def write(self, data: Any) -> int:
        if isinstance(data, str):
            data = data.encode("utf-8")
        return super().write(data)


def _open(name: Any, mode: str = "r", buffering: int = -1) -> Any:
    """``open``, for which text and bytes are the same."""
    writes = "w" in mode or "a" in mode
    # Scripts write messages with open(path, "w"), and texts with open(path, "wb").
    if "b" in mode and writes and "+" not in mode:
        return _TextInBinary(io.FileIO(name, mode.replace("b", "")))
    mode = mode.replace("b", "").replace("U", "") or "r"
    return open(name, mode, buffering, encoding="utf-8", errors="surrogateescape")  # noqa: PTH123


def _apply(function: Any, arguments: Any = (), keywords: Any = None) -> Any:
    return function(*arguments, **(keywords or {}))


def _iterated(value: Any) -> Any:
    """What a loop over a value runs over: the keys of a dict in the order of its table."""
    if type(value) is dict:
        return python2_keys(value)
    return value


@cache
def _builtins() -> dict[str, Any]:
    """The builtins of Python 2, and the functions that its operators call."""
    return {
        **vars(builtins),
        **_operators(),
        "__import__": _import,
        "apply": _apply,
        "basestring": str,
        "cmp": _cmp,
        "execfile": _execfile,
        "file": _open,
        "filter": _filter,
        "input": lambda prompt="": eval(input(prompt)),
        "intern": sys.intern,
        "long": int,
        "map": _map,
        "open": _open,
        "range": _listed(range),
        "raw_input": input,
        "reduce": functools.reduce,
        "reload": lambda module: module,
        "round": _round,
        "unichr": chr,
        "unicode": str,
        "xrange": range,
        "zip": _listed(zip),
    }


def _operators() -> dict[str, Any]:
    """The functions that the rewritten source calls, by the names that it calls them."""
    functions: dict[str, Any] = {
        "div": _div,
        "ge": _comparison("ge", 1, equal=True),
        "gt": _comparison("gt", 1, equal=False),
        "iter": _iterated,
        "le": _comparison("le", -1, equal=True),
        "lt": _comparison("lt", -1, equal=False),
        "repr": python2_repr,
        "str": python2_str,
    }
    for name in _VIEWS:
        functions[name] = functools.partial(_view, name)
    return {_operator(name): function for name, function in functions.items()}


def _add_old_assertions() -> None:
    """Give tests the names of assertions that Python 3.12 has removed."""
    import unittest

    for old, new in _ASSERTIONS.items():
        if not hasattr(unittest.TestCase, old):
            setattr(unittest.TestCase, old, getattr(unittest.TestCase, new))


@contextmanager
def _binary_files() -> Iterator[None]:
    """Temporary files are binary by default, and take text."""
    ours = tempfile.NamedTemporaryFile

    def named_temporary_file(mode: str = "w+b", *arguments: Any, **keywords: Any) -> Any:
        return ours(mode.replace("b", ""), *arguments, **keywords)

    tempfile.NamedTemporaryFile = named_temporary_file
    try:
        yield
    finally:
        tempfile.NamedTemporaryFile = ours


# Imports ---------------------------------------------------------------------------------------


def _import(
    name: str,
    names: dict[str, Any] | None = None,
    local_names: Any = None,
    wanted: Sequence[str] = (),
    level: int = 0,
) -> Any:
    """Import from the package of the importing module first, as Python 2 does."""
    package = (names or {}).get("__package__")
    if level == 0 and package:
        first, _, _ = name.partition(".")
        if find_spec(f"{package}.{first}") is not None:
            level = 1
    return __import__(name, names, local_names, wanted or (), level)


class _Loader(SourceFileLoader):
    """A module for Python 2."""

    def exec_module(self, module: ModuleType) -> None:
        _execute(self.get_data(self.path), self.path, module)


class _Finder(MetaPathFinder):
    """Finds the modules that are the script's own: neither Python's nor installed ones."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module, to be loaded as one for Python 2."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or not spec.origin or not spec.origin.endswith(".py"):
            return None
        if _is_installed(spec.origin):
            return None
        spec.loader = _Loader(name, spec.origin)
        return spec


def _is_installed(path: str) -> bool:
    return "site-packages" in path or path.startswith(tuple(_system_folders()))


@cache
def _system_folders() -> list[str]:
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    return [os.path.dirname(os.__file__), ours]  # noqa: PTH120


@contextmanager
def _own_modules() -> Iterator[None]:
    """Load the script's own modules as modules for Python 2."""
    # First, because Python's own finder would find them, too.
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
