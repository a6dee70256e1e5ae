"""Nets of Python programs: ``file.py``, or ``file.py:name``."""

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
from protogen.cli._input import read_file
from protogen.cli._netspec_program import as_net, collect_nets, composing
from protogen.cli._output import Unusable
from protogen.diagnostics import Location, ProtogenError, did_you_mean
from protogen.net import Net

__all__ = ["net_of_program"]

#: The program's ``__name__``, by which it knows that it is not run as a script.
_NAME = "__protogen__"


def net_of_program(path: str, name: str, settings: Mapping[str, Any]) -> Net:
    """The net with this name in a program; without a name, its only net.

    ``settings`` are keyword arguments for the function with that name. What the program prints goes
    to standard error. If its code raises, so does this: `ProtogenError`, with the program's line.
    """
    code = read_file(path)
    with _on_path(path), contextlib.redirect_stdout(sys.stderr), composing(code):
        module = _run(path, code)
        source = _net_or_function(module, path, name)
        if isinstance(source, Net):
            if settings:
                raise Unusable(f"{path}: --set needs a function that returns a net, got a Net")
            return source
        _check_settings(source, path, settings)
        with _errors_with_lines(path):
            net = as_net(source(**settings))
    if isinstance(net, Net):
        return net
    line = inspect.unwrap(source).__code__.co_firstlineno
    kind = "None" if net is None else f"a {type(net).__name__}"
    message = f'expected "{source.__name__}" to return a Net, got {kind}'
    raise _error(path, line, message, hint="end the function with the net: return net")


@contextlib.contextmanager
def _on_path(path: str) -> Iterator[None]:
    """Put the program's folder first in ``sys.path``, as Python does for a script."""
    # A program may change the path itself.
    saved = list(sys.path)
    # As Python itself does, so that the program finds the modules beside it.
    sys.path.insert(0, str(Path(path).resolve().parent))
    try:
        yield
    finally:
        sys.path[:] = saved


def _run(path: str, source: bytes) -> ModuleType:
    module = ModuleType(_NAME)
    module.__file__ = path
    # Dataclasses and pickle look their module up by its name.
    sys.modules[_NAME] = module
    with _errors_with_lines(path):
        exec(compile(source, path, "exec"), vars(module))
        collect_nets(module)
    return module


@contextlib.contextmanager
def _errors_with_lines(path: str) -> Iterator[None]:
    """Turn whatever the program raises into a diagnostic at the program's line."""
    try:
        yield
    except (ProtogenError, KeyboardInterrupt):
        raise
    except SyntaxError as error:
        file, line = error.filename or path, error.lineno or 0
        raise _error(file, line, f"invalid Python: {error.msg}") from None
    # SystemExit as well, and what libraries derive from the base.
    except BaseException as error:
        raised = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise _error(path, _line_in(path, error), f"the program raised {raised}") from None


def _line_in(path: str, error: BaseException) -> int:
    """The innermost line of the program itself in the traceback; 0 if there is none."""
    line = 0
    for frame in traceback.extract_tb(error.__traceback__):
        # Frames of libraries that the program calls come later, and are not the user's.
        if frame.filename == path:
            line = frame.lineno or 0
    return line


def _error(file: str, line: int, message: str, hint: str = "") -> ProtogenError:
    place = Location(file, line)
    return ProtogenError(rules.named("program").diagnostic(message, location=place, hint=hint))


def _net_or_function(module: ModuleType, path: str, name: str) -> Any:
    """The Net, or the function that returns one."""
    nets: dict[str, Net] = {}
    functions: dict[str, Any] = {}
    for key, value in vars(module).items():
        if isinstance(value, Net):
            nets[key] = value
        elif _is_own_function(key, value):
            functions[key] = value
    if name:
        named = getattr(module, name, None)
        # The function may be one that the program imports.
        if isinstance(named, Net) or inspect.isfunction(named):
            return named
        known = [*functions, *nets]
        near = did_you_mean(name, known) or _listed(known)
        raise Unusable(f'{path} has no Net and no function "{name}"; {near}')
    return _only_net(nets, functions, path)


def _only_net(nets: Mapping[str, Net], functions: Mapping[str, Any], path: str) -> Any:
    """The only Net of a program, or else its function ``net``."""
    # One net may have several names.
    different = {id(net) for net in nets.values()}
    if len(different) == 1:
        return next(iter(nets.values()))
    # Only the user knows which of them is wanted.
    if nets:
        first = next(iter(nets))
        raise Unusable(f"{path} has several nets ({', '.join(nets)}); name one: {path}:{first}")
    # The documentation calls such a function `net`.
    if "net" in functions:
        return functions["net"]
    hint = ""
    if functions:
        hint = f"; name a function: {path}:{next(iter(functions))}"
    raise Unusable(f'{path} has no Net at its top level and no function "net"{hint}')


def _is_own_function(name: str, value: Any) -> bool:
    """Whether a name of the program is a public function that the program itself defines."""
    return inspect.isfunction(value) and value.__module__ == _NAME and not name.startswith("_")


def _listed(known: Sequence[str]) -> str:
    if not known:
        return "it has neither"
    return f"it has {', '.join(known)}"


def _check_settings(function: Any, path: str, settings: Mapping[str, Any]) -> None:
    """Raise `Unusable` for settings that a function does not take, and for those it lacks."""
    named: list[str] = []
    required: list[str] = []
    takes_any = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_any = True
        # *args cannot be given by name.
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            named.append(parameter.name)
            if parameter.default is parameter.empty:
                required.append(parameter.name)
    subject = f'{path}: "{function.__name__}"'
    for key in settings:
        if key not in named and not takes_any:
            takes = ", ".join(named) or "none"
            near = did_you_mean(key, named) or f"it takes {takes}"
            raise Unusable(f'{subject} has no parameter "{key}"; {near}')
    missing = [key for key in required if key not in settings]
    if missing:
        options = " ".join([f"--set {key}=..." for key in missing])
        raise Unusable(f"{subject} requires {', '.join(missing)}; give {options}")
