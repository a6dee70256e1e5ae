"""The user's program: the line that composes a layer, and mistakes raised there."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from protogen import rules
from protogen.diagnostics import Location, ProtogenError

__all__ = ["ComposeError", "Line", "mistake", "reject", "user_line"]

#: A file and a line of it.
Line = tuple[str, int]


class ComposeError(ProtogenError):
    """A layer that Caffe would reject, raised at the line that composes it.

    ``net`` is the net that was being composed, without the layer, or ``None`` outside of any.
    """

    net: Any = None


#: Modules whose frames are not the user's; contextlib enters the context managers of ours.
_OURS = ("protogen.", "contextlib")


def user_line(depth: int = 2) -> Line:
    """The file and line of the innermost caller that is not part of protogen.

    So many callers as ``depth`` says are known to be protogen's own.
    """
    # inspect.stack() would look for the source of every frame, for each layer that is composed.
    frame = sys._getframe(depth)
    while frame.f_globals.get("__name__", "").startswith(_OURS) and frame.f_back:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def mistake(
    rule: str, message: str, name: str = "", layer_type: str = "", **about: Any
) -> ComposeError:
    """What is wrong with the layer or block of this name, at the user's line; to be raised."""
    place = Location(*user_line())
    found = rules.named(rule).diagnostic(
        message, layer=name, type=layer_type, location=place, **about
    )
    return ComposeError(found)


def reject(message: str, name: str, layer_type: str = "", *, hint: str = "") -> NoReturn:
    """Raise `ComposeError`: for arguments that make no sense."""
    raise mistake("layer-parameter", message, name, layer_type, hint=hint)
