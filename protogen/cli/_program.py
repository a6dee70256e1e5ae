"""Nets that a Python program makes: ``file.py``, or ``file.py:name``."""

from __future__ import annotations

import contextlib
import inspect
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from protogen import rules
from protogen.cli._output import Unusable
from protogen.diagnostics import Location, ProtogenError, did_you_mean
from protogen.net import Net

__all__ = ["net_of_program"]

#: What the program finds in ``__name__``: it is neither run as a script nor imported by a name.
_NAME = "__protogen__"


def net_of_program(path: str, name: str, settings: Mapping[str, Any]) -> Net:
    """The net of this name that a program makes; without a name, the only one.

    ``settings`` are keyword arguments for the function of that name. What the program prints goes
    to standard error. Raises `ProtogenError`, with the program's own line, if its code raises.
    """
    with _on_path(path), contextlib.redirect_stdout(sys.stderr):
        module = _run(path)
        found = _choose(module, path, name)
        if isinstance(found, Net):
            if settings:
                raise Unusable(f"{path}: --set is for a function that makes a net, not for a Net")
            return found
        _check_settings(found, path, settings)
        with _own_line(path):
            made = found(**settings)
    if isinstance(made, Net):
        return made
    line = inspect.unwrap(found).__code__.co_firstlineno
    message = f'"{found.__name__}" returned {_kind(made)}, not a Net'
    raise _error(path, line, message, hint="end it with the net: return net")


@contextlib.contextmanager
def _on_path(path: str) -> Iterator[None]:
    """The program's folder leads ``sys.path``, as if Python ran it."""
    folder = str(Path(path).resolve().parent)
    before = list(sys.path)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path[:] = before


def _run(path: str) -> ModuleType:
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror or error}") from None
    module = ModuleType(_NAME)
    module.__file__ = path
    sys.modules[_NAME] = module
    with _own_line(path):
        exec(compile(source, path, "exec"), vars(module))
    return module


@contextlib.contextmanager
def _own_line(path: str) -> Iterator[None]:
    """Turn whatever the program raises into one sentence at the program's line."""
    try:
        yield
    except (ProtogenError, KeyboardInterrupt):
        raise
    except SyntaxError as error:
        file, line = error.filename or path, error.lineno or 0
        raise _error(file, line, f"is no Python: {error.msg}") from None
    except BaseException as error:  # SystemExit, and what a library derives from the bare base
        raised = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise _error(path, _line_in(path, error), f"the program raised {raised}") from None


def _line_in(path: str, error: BaseException) -> int:
    """The innermost line of the program itself on the way to what was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    return (lines[-1] if lines else 0) or 0


def _error(file: str, line: int, message: str, hint: str = "") -> ProtogenError:
    place = Location(file, line)
    return ProtogenError(rules.named("program").diagnostic(message, location=place, hint=hint))


def _choose(module: ModuleType, path: str, name: str) -> Any:
    """The Net, or the function that makes one."""
    nets = {key: value for key, value in vars(module).items() if isinstance(value, Net)}
    makers = {
        key: value
        for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == _NAME and not key.startswith("_")
    }
    if name:
        named = getattr(module, name, None)  # a function may be one that the program imports
        if isinstance(named, Net) or inspect.isfunction(named):
            return named
        known = [*makers, *nets]
        near = did_you_mean(name, known) or f"there {_listed(known)}"
        raise Unusable(f'{path} has no Net and no function "{name}"; {near}')
    if len({id(net) for net in nets.values()}) == 1:
        return next(iter(nets.values()))
    if nets:
        first = next(iter(nets))
        raise Unusable(f"{path} has several nets: {', '.join(nets)}; say which: {path}:{first}")
    if "net" in makers:
        return makers["net"]
    others = f'; name another: "{path}:{next(iter(makers))}"' if makers else ""
    raise Unusable(f'{path} has neither a Net at its top level nor a function "net"{others}')


def _listed(known: Sequence[str]) -> str:
    return f"are {', '.join(known)}" if known else "is none at all"


def _check_settings(maker: Any, path: str, settings: Mapping[str, Any]) -> None:
    """Refuse keywords that the function does not take, and the want of those that it needs."""
    parameters = inspect.signature(maker).parameters.values()
    named = {p.name: p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters)
    for key in settings:
        if key not in named and not open_ended:
            takes = f"it takes {', '.join(named)}" if named else "it takes none"
            near = did_you_mean(key, named) or takes
            raise Unusable(f'{path}: "{maker.__name__}" has no parameter "{key}"; {near}')
    missing = [k for k, p in named.items() if p.default is p.empty and k not in settings]
    if missing:
        wanted = " ".join(f"--set {key}=..." for key in missing)
        raise Unusable(f'{path}: "{maker.__name__}" needs {", ".join(missing)}: give {wanted}')


def _kind(made: Any) -> str:
    return "nothing" if made is None else f"a {type(made).__name__}"
