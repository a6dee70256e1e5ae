"""Mistakes in composing, raised at the user's own line."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from protogen.diagnostics import RULES, Diagnostic, Location, ProtogenError, Severity

__all__ = ["ComposeError", "mistake", "refuse", "user_line"]


class ComposeError(ProtogenError):
    """A layer that Caffe would refuse, raised at the line that composes it."""


#: Modules whose frames are not the user's: a context manager of ours is entered by contextlib.
_OURS = ("protogen.", "contextlib")


def user_line() -> tuple[str, int]:
    """The file and line of the innermost caller that is not part of protogen."""
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__", "").startswith(_OURS) and frame.f_back:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def mistake(
    rule: str, message: str, name: str = "", layer_type: str = "", **more: Any
) -> ComposeError:
    """What is wrong with the layer or block of this name, at the user's line; to be raised."""
    place = Location(*user_line())
    found = Diagnostic(
        Severity.ERROR, RULES[rule], name, message, place, name=rule, type=layer_type, **more
    )
    return ComposeError(found)


def refuse(message: str, name: str, layer_type: str = "", *, hint: str = "") -> NoReturn:
    """Raise `ComposeError`: what a block does with arguments that make no sense."""
    raise mistake("layer-parameter", message, name, layer_type, hint=hint)
