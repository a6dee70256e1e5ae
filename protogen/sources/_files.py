"""Opening what a net names: regular files only, a bounded part of each, and never waiting.

A net may come from anybody, so its source may be a pipe that never ends, a device, or a file with
secrets. What is read here is measured and never quoted.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import Any

from protogen.diagnostics import one_line
from protogen.schema import Fault

__all__ = ["BoundedFile", "UnreadableSource", "existing", "open_file", "read_head"]

#: A line of a list is a path and a few numbers; a path has at most 4,096 bytes.
_HEAD = 2**16

#: The most bytes read of one file. The header of an image is far smaller.
_MOST_READ = 2**26

#: What a path may be besides a regular file or a folder, by the type in its mode.
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class UnreadableSource(Exception):
    """A source that exists, but that protogen cannot read, although Caffe may."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self.args, self.hint)


def existing(source: str, field: str) -> Path | None:
    """The path of a source that is a regular file or a folder; ``None`` if it does not exist.

    Raises `Fault` for a source that no file can have as its name, and `UnreadableSource` for one
    that must not be opened.
    """
    if not source:  # it would be the current folder, which exists
        return None
    try:
        mode = os.stat(source).st_mode  # noqa: PTH116 - Path would drop a "./" of the source
    except ValueError:
        raise Fault("its source has a null character", field=field) from None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return None
        if error.errno == errno.ENAMETOOLONG:
            raise Fault(f"its source is too long: {len(source)} characters", field=field) from None
        raise _unreadable(error) from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = _KINDS.get(stat.S_IFMT(mode), "not a file")
        raise UnreadableSource(f"it is {kind}", "give the shapes of the tops with --input")
    return Path(source)


def _unreadable(error: OSError) -> UnreadableSource:
    reason = error.strerror or type(error).__name__
    return UnreadableSource(reason, "give the shapes of the tops with --input")


def open_file(path: Path, what: str, field: str) -> BoundedFile:
    """A regular file, open for reading. ``what`` it is begins the sentence of an error.

    Raises as `existing` does.
    """
    if path.is_dir():
        raise Fault(f"{what} is a folder", field=field)
    try:
        # A file of /proc can look regular and still wait for its writer.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise _unreadable(error) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnreadableSource(f"{what} is not a file", "use a file")
    return BoundedFile(io.FileIO(handle, "rb"))


class BoundedFile(io.RawIOBase):
    """A file of which only so many bytes can be read in all; then it seems to end."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._left = _MOST_READ

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes, or fewer at the end of the file."""
        wanted = self._left if size < 0 else min(size, self._left)
        parts = []
        # A file without buffer may return fewer bytes than it has.
        while wanted > 0 and (part := self._file.read(wanted)):
            parts.append(part)
            wanted -= len(part)
            self._left -= len(part)
        return b"".join(parts)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to an offset."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The offset."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def read_head(path: Path, field: str) -> str:
    """The beginning of a text file: more than one line of a list can have."""
    what = f'"{one_line(str(path))}"'
    with open_file(path, what, field) as file:
        try:
            return file.read(_HEAD).decode(errors="replace")
        except OSError as error:
            raise _unreadable(error) from None
