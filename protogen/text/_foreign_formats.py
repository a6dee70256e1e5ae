"""Files that are not text, and which format they are in."""

from __future__ import annotations

import re

__all__ = ["foreign_format"]

#: How files of other formats begin, with what a user may have passed in place of a prototxt.
_MAGIC = {
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"BZh": "a bzip2 archive; unpack it first",
    b"\xfd7zXZ": "an xz archive; unpack it first",
    b"\x89HDF": "an HDF5 file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\x7fELF": "a compiled program or library",
}
_HEAD_CHARACTERS = 4096

#: The tags of a net's name, ``layers`` and ``layer``, with which a caffemodel may begin.
_NET_TAGS = (b"\n", b"\x12", b"\xa2")

_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f]")
_WEB_PAGE = re.compile(rb"\s*<(!doctype html|html|head)\b", re.IGNORECASE)
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_OTHER_SIDE = re.compile(r"^={7}\r?$", re.MULTILINE)


def foreign_format(text: str) -> str:
    """What a file is if it is not text, else empty. Its bytes are decoded by surrogateescape."""
    head = text[:_HEAD_CHARACTERS].encode("utf-8", "surrogateescape")
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            return what
    # GitHub answers with a page if the address is not that of the raw file.
    if _WEB_PAGE.match(head):
        return "a web page; download the file itself"
    line = _conflict_line(text)
    if line:
        return f"a merge conflict in line {line}; resolve it first"
    controls = len(_CONTROL.findall(head))
    # A stray control character is an error with a place.
    if controls * 20 <= len(head):
        return ""
    if _is_utf16(head):
        return "UTF-16 text without a byte order mark; save it as UTF-8"
    if head[:1] in _NET_TAGS:
        return "a binary protobuf, such as a caffemodel; pass the prototxt of the net"
    return "a binary file"


def _conflict_line(text: str) -> int:
    """The line in which Git has written the first of two versions; 0 if there is none."""
    # Plain search is much faster than the pattern, and nearly all files have no conflict.
    if "<<<<<<< " not in text:
        return 0
    conflict = _CONFLICT.search(text)
    if conflict is None or not _OTHER_SIDE.search(text, conflict.end()):
        return 0
    return text.count("\n", 0, conflict.start()) + 1


def _is_utf16(head: bytes) -> bool:
    """Whether nearly every other byte is 0, and the bytes between are as those of text."""
    even, odd = head[::2], head[1::2]
    return _are_halves(even, odd) or _are_halves(odd, even)


def _are_halves(high: bytes, low: bytes) -> bool:
    """Whether these are the high and the low bytes of text in UTF-16."""
    # More than two thirds, because names in other scripts may be among the comments.
    is_mostly_zero = high.count(0) * 3 > len(high) * 2
    return is_mostly_zero and len(_CONTROL.findall(low)) * 20 <= len(low)
