"""What only a built Caffe can do."""

from __future__ import annotations

from typing import NoReturn

from protogen.program import ComposeError, mistake

__all__ = ["NeedsCaffe", "needs_caffe"]


class NeedsCaffe(ComposeError):
    """A script asks for what only a built Caffe does."""


def needs_caffe(what: str) -> NoReturn:
    """Raise `NeedsCaffe` at the line of the script."""
    message = f"{what} needs a Caffe that computes; this one only composes nets and infers shapes"
    raise NeedsCaffe(mistake("needs-caffe", message).diagnostics)
