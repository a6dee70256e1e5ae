"""Files are written under another name and renamed, so that none is ever left half-written."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

__all__ = ["write_file"]


def write_file(path: str | os.PathLike[str], data: str | bytes) -> None:
    """Replace a file, or create it, in one step; text is UTF-8.

    A link is followed, and the mode of an existing file is kept. Raises `OSError` about ``path``,
    and leaves what was there as it was, if the file cannot be written or is read-only.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # a pipe or a device takes the bytes as they come
        # Closing it here reports a full device; Python would only warn when it closes a lost file.
        with target.open("wb") as device:
            device.write(_bytes(data))
        return
    if target.exists() and not os.access(target, os.W_OK):  # a rename would not ask
        raise _error(errno.EACCES, path)
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:  # its message would name the temporary file
        raise _error(error.errno or errno.EIO, path) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_bytes(data))
        Path(beside).chmod(_mode(target))
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _error(number: int, path: str | os.PathLike[str]) -> OSError:
    """The error with this number; Python picks the class: `FileNotFoundError`, say."""
    return OSError(number, os.strerror(number), os.fspath(path))


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")


def _mode(target: Path) -> int:
    """The mode of the existing file, or else what the umask leaves of 0666."""
    if target.exists():
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
