"""Files are written under another name and renamed, so that none is ever left half-written.

A process that is killed in between leaves the other file, `.protogen-*.tmp`. While it is written it
is locked, so the next process that writes into the folder knows which of them nobody writes, and
removes these.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["FileChangedError", "is_leftover", "write_file"]

#: Not made of the name of the file, which may have as many bytes already as a name can have.
_PREFIX, _SUFFIX = ".protogen-", ".tmp"

#: The folders that this process has looked through for what others left.
_cleaned: set[Path] = set()


class FileChangedError(OSError):
    """Somebody else has written the file since it was read."""


def write_file(
    path: str | os.PathLike[str], data: str | bytes, *, read: bytes | None = None
) -> None:
    """Replace a file, or create it, in one step; text is UTF-8.

    A link is followed; the mode of an existing file is kept, and its owner if the system allows it.
    ``read`` is what the file held when it was read. Raises `FileChangedError` if it holds something
    else now, and `OSError` about ``path`` if the file cannot be written or is read-only. In both
    cases what was there stays as it was.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        _write_to_device(target, _bytes(data))
        return
    # A rename would not ask.
    if target.exists() and not os.access(target, os.W_OK):
        raise _error(errno.EACCES, path)
    _remove_leftovers(target.parent)
    try:
        handle, beside = _create(target.parent)
    except OSError as error:
        # Its message would name the temporary file.
        raise _error(error.errno or errno.EIO, path) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_bytes(data))
            file.flush()
            _copy_owner_and_mode(target, beside)
            if read is not None and _contents(target) != read:
                raise FileChangedError(errno.EBUSY, "was changed since it was read", str(path))
            _rename(beside, target, is_open=True)
        _rename(beside, target, is_open=False)
    except BaseException:  # also for Ctrl-C and sys.exit
        beside.unlink(missing_ok=True)
        raise


def _rename(beside: Path, target: Path, *, is_open: bool) -> None:
    """Give a file its name: while it is open, or on Windows, which renames no open file, later."""
    # A file is locked until it is closed, so that it is locked as long as it has the other name.
    if is_open == (fcntl is not None):
        beside.replace(target)


def _write_to_device(target: Path, data: bytes) -> None:
    """Write to a pipe or a device, which takes the bytes as they come."""
    # Closing it here reports a full device; Python would only warn when it closes a lost file.
    with target.open("wb") as device:
        device.write(data)


def _create(folder: Path) -> tuple[int, Path]:
    """A new file in a folder, open and locked."""
    while True:
        handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
        if _lock(handle, wait=True) and os.fstat(handle).st_nlink:
            return handle, Path(name)
        # Another process has found it before it was locked, and removed it.
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> bool:
    """Lock a file, if nobody else has; without ``fcntl``, only pretend to."""
    if fcntl is None:
        return wait
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        # Somebody has it, or the file system has no locks.
        return wait
    return True


def _remove_leftovers(folder: Path) -> None:
    """Remove what killed processes have left in a folder, once in each process."""
    if folder in _cleaned:
        return
    _cleaned.add(folder)
    with contextlib.suppress(OSError):
        for beside in _leftovers(folder):
            with contextlib.suppress(OSError), _opened(beside) as handle:
                if _lock(handle, wait=False):
                    beside.unlink()


def _leftovers(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            # A link with such a name may lead to a file that matters.
            if is_leftover(entry.name) and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def is_leftover(name: str) -> bool:
    """Whether a file with this name is what a killed process was writing."""
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        yield handle
    finally:
        os.close(handle)


def _error(number: int, path: str | os.PathLike[str]) -> OSError:
    """The error with this number; Python picks the class: `FileNotFoundError`, say."""
    return OSError(number, os.strerror(number), os.fspath(path))


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")


def _contents(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _copy_owner_and_mode(target: Path, beside: Path) -> None:
    """Give the new file the owner and mode of the old one, or what the umask leaves of 0666."""
    if not target.exists():
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o666 & ~mask)
        return
    old, new = target.stat(), beside.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        # Only root may give files away; another user keeps the file that it writes.
        with contextlib.suppress(OSError):
            os.chown(beside, old.st_uid, old.st_gid)
    # After the owner, whose change takes the bits for "as its owner" away.
    beside.chmod(stat.S_IMODE(old.st_mode))
