"""Running a script as Python would, with the module ``caffe`` that is ours."""

from __future__ import annotations

import ast
import linecache
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from protogen.netspec import _fork_library, install, six_module
from protogen.netspec import python2 as python2_scripts

__all__ = ["Ending", "run", "uses_of"]

#: The folder of protogen.
_OURS = str(Path(__file__).parent.parent)

#: The exit code of a program that Ctrl-C ends.
_INTERRUPTED = 130


@dataclass
class Ending:
    """How a script ended: its exit code, and what it raised, with the script's own traceback."""

    exit_code: int
    error: BaseException | None = None
    traceback: str = ""


def run(
    path: str, cells: Sequence[bytes], arguments: Sequence[str], python2: bool = False
) -> Ending:
    """Run the script as ``__main__`` with these arguments, as a script for Python 2 if asked to.

    A script is one cell; those of a notebook are run one after the other.

    The folder of the script is the first in ``sys.path``.
    What the script raises is returned, not raised.
    """
    module = ModuleType("__main__")
    module.__file__ = path
    try:
        with _as_python(path, arguments, module):
            _fork_library.install(path, python2)
            for source in cells:
                if python2:
                    python2_scripts.execute(source, path, module)
                else:
                    exec(compile(source, path, "exec"), vars(module))
    except SystemExit as error:
        return _exited(error)
    except KeyboardInterrupt as error:
        return Ending(_INTERRUPTED, error)
    # Whatever the script raises is its own: the caller prints it, and goes on.
    except BaseException as error:
        return Ending(1, error, _own_traceback(error))
    return Ending(0)


@contextmanager
def _as_python(path: str, arguments: Sequence[str], module: ModuleType) -> Iterator[None]:
    """What Python sets up for a script, and the module ``caffe``."""
    install()
    six_module.install()
    # A script may change all of these, and the folder; the next one starts as this one did.
    saved = sys.argv, list(sys.path), sys.modules["__main__"]
    folder = Path.cwd()
    sys.argv = [path, *arguments]
    sys.path.insert(0, str(Path(path).resolve().parent))
    sys.modules["__main__"] = module
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = saved
        os.chdir(folder)


def _exited(error: SystemExit) -> Ending:
    """What Python does with the argument of ``sys.exit``."""
    if error.code is None:
        return Ending(0)
    if isinstance(error.code, int):
        return Ending(error.code)
    # Anything else is a message, which Python prints to stderr.
    return Ending(1, None, f"{error.code}\n")


def _own_traceback(error: BaseException) -> str:
    """The traceback without the frames of protogen, which run the script."""
    # The line of a notebook's code is not in its file, but `protogen run` has it there.
    if isinstance(error, SyntaxError) and error.filename in linecache.cache:
        error.text = linecache.getline(error.filename, error.lineno or 0)
    whole = traceback.TracebackException.from_exception(error)
    shown: traceback.TracebackException | None = whole
    # Also those of what the error came from, which Python prints above it.
    while shown is not None:
        theirs = [frame for frame in shown.stack if not frame.filename.startswith(_OURS)]
        shown.stack = traceback.StackSummary.from_list(theirs)
        shown = shown.__cause__ or shown.__context__
    return "".join(whole.format())


# What a script uses of a module -----------------------------------------------------------------


def uses_of(module: str, source: bytes) -> list[tuple[str, int]]:
    """What a script uses of a module: names as the script writes them, and their lines."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    return sorted(set(_uses(tree, module)), key=lambda use: use[1])


def _uses(tree: ast.AST, module: str) -> Iterator[tuple[str, int]]:
    names = set(_names_of(module, tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from _imported(node, module)
        elif isinstance(node, ast.Attribute):
            owner = node.value
            if isinstance(owner, ast.Name) and owner.id in names:
                yield f"{owner.id}.{node.attr}", node.lineno


def _imported(node: ast.ImportFrom, module: str) -> Iterator[tuple[str, int]]:
    """What ``from module import x, y`` uses."""
    # An import relative to the folder of the script has no module.
    if _within(node.module or "", module):
        for alias in node.names:
            yield f"{node.module}.{alias.name}", node.lineno


def _names_of(module: str, tree: ast.AST) -> Iterator[str]:
    """The names by which a script knows a module that it imports as a whole."""
    imported: list[ast.alias] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported += node.names
    for alias in imported:
        if _within(alias.name, module):
            # `import cv2.aruco` gives the script the name cv2.
            yield alias.asname or alias.name.partition(".")[0]


def _within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")
