"""Files are written under another name and renamed, so that none is ever left half-written."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

__all__ = ["write_file"]


def write_file(path: str | os.PathLike[str], data: str | bytes) -> None:
    """Create or replace a file in one step; text is written as UTF-8.

    A link is followed, and an existing file keeps its mode. Raises `OSError` if the file cannot be
    written or is read-only; an existing file then stays as it was.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # a pipe or a device cannot be replaced
        with target.open("wb") as device:  # closing writes what is buffered, and may fail
            device.write(_bytes(data))
        return
    if target.exists() and not os.access(target, os.W_OK):  # a rename does not check
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_bytes(data))
        Path(beside).chmod(_mode(target))
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")


def _mode(target: Path) -> int:
    """The mode of the existing file, or else what the umask leaves of 0666."""
    if target.exists():
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
