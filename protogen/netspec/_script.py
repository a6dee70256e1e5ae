"""Running a script as Python would, with the module ``caffe`` that is ours."""

from __future__ import annotations

import ast
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType

from protogen.netspec import _python2, _six, install

__all__ = ["Ending", "run", "uses_of"]

#: The exit code of a program that Ctrl-C ends.
_INTERRUPTED = 130


@dataclass
class Ending:
    """How a script ended: its exit code, and what it raised, with the script's own traceback."""

    exit_code: int
    error: BaseException | None = None
    traceback: str = ""


def run(path: str, source: bytes, arguments: Sequence[str], python2: bool = False) -> Ending:
    """Run the script as ``__main__`` with these arguments, as a script for Python 2 if asked to.

    The folder of the script is the first in ``sys.path``.
    What the script raises is returned, not raised.
    """
    module = ModuleType("__main__")
    module.__file__ = path
    try:
        with _as_python(path, arguments, module):
            if python2:
                _python2.execute(source, path, module)
            else:
                exec(compile(source, path, "exec"), vars(module))
    except SystemExit as error:
        return _exited(error)
    except KeyboardInterrupt as error:
        return Ending(_INTERRUPTED, error)
    except BaseException as error:
        return Ending(1, error, _own_traceback(error))
    return Ending(0)


@contextmanager
def _as_python(path: str, arguments: Sequence[str], module: ModuleType) -> Iterator[None]:
    """What Python sets up for a script, and the module ``caffe``."""
    install()
    _six.install()
    saved = sys.argv, list(sys.path), sys.modules["__main__"]
    sys.argv = [path, *arguments]
    sys.path.insert(0, str(Path(path).resolve().parent))
    sys.modules["__main__"] = module
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = saved


def _exited(error: SystemExit) -> Ending:
    """What Python does with the argument of ``sys.exit``."""
    if error.code is None or isinstance(error.code, int):
        return Ending(error.code or 0)
    return Ending(1, None, f"{error.code}\n")


def _own_traceback(error: BaseException) -> str:
    """The traceback without the frames that run the script."""
    frames: TracebackType | None = error.__traceback__
    while frames and _is_ours(frames):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def _is_ours(frames: TracebackType) -> bool:
    return str(frames.tb_frame.f_globals.get("__name__")).startswith("protogen.")


# What a script needs of a module ----------------------------------------------------------------


def uses_of(module: str, source: bytes) -> list[tuple[str, int]]:
    """What a script uses of a module: names as the script writes them, and their lines."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    return sorted(set(_uses(tree, module)), key=lambda use: use[1])


def _uses(tree: ast.AST, module: str) -> Iterator[tuple[str, int]]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and _within(node.module, module):
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if _within(alias.name, module):
                    names.add(alias.asname or alias.name.partition(".")[0])
    for node in ast.walk(tree):
        owner = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Attribute) and isinstance(owner, ast.Name) and owner.id in names:
            yield f"{owner.id}.{node.attr}", node.lineno


def _within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")
