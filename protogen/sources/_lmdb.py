"""The first record of an LMDB, read page by page.

The library of LMDB maps the whole file into memory and follows the numbers in it, so that a damaged
file ends the process. This module reads the few pages that lead to the first record.
(source: ``mdb.c`` of LMDB, its structures ``MDB_meta``, ``MDB_page`` and ``MDB_node``, as 64-bit
machines write them)
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

from protogen.sources._files import BoundedFile, UnreadableSource, open_file

__all__ = ["NotLmdb", "first_record"]

_MAGIC, _VERSION = 0xBEEFC0DE, 1

#: After the header of a page: magic, version, address, size; then the two tables, of the free pages
#: and of the records; then the last page and the number of the transaction.
_META = struct.Struct("<IIQQ" + "IHHQQQQQ" * 2 + "QQ")
_PAGE_SIZE, _ROOT, _TRANSACTION = 4, 19, 21

#: Of a page: its number, a filler, its flags, and where its free space begins.
_PAGE = struct.Struct("<QHHHH")
_BRANCH, _LEAF = 0x01, 0x02

#: Of a node: the low and high half of a size, flags, and the size of the key.
_NODE = struct.Struct("<HHHH")
_LARGE, _TABLE, _SEVERAL = 0x01, 0x02, 0x04

_NO_PAGE = 2**64 - 1
_MOST_LEVELS = 32
_MOST_BYTES = 2**26


class NotLmdb(Exception):
    """The file is not an LMDB, or is damaged."""


class _Tree(NamedTuple):
    """The records of a database: the size of its pages, and the number of the first one."""

    page_size: int
    root: int


def first_record(path: Path, field: str) -> bytes | None:
    """The first value in the order of the keys; ``None`` if the database is empty.

    ``path`` is a file, or a folder with a file ``data.mdb``. Raises `NotLmdb`, and what `open_file`
    raises.
    """
    if path.is_dir():
        path = path / "data.mdb"
        if not path.exists():
            raise NotLmdb("the folder has no data.mdb")
    with open_file(path, "data.mdb", field) as file:
        try:
            tree = _latest_tree(file)
            if tree.root == _NO_PAGE:
                return None
            return _first_value(file, tree)
        # What is read of a damaged file may be any number, also one behind its end.
        except (struct.error, OSError, OverflowError):
            raise NotLmdb("the file is damaged") from None


def _latest_tree(file: BoundedFile) -> _Tree:
    """The newer one of the two states that a database has."""
    newest = _meta(file, 0)
    page_size = newest[_PAGE_SIZE]
    try:
        other = _meta(file, page_size)
    except (NotLmdb, struct.error):
        other = newest
    if other[_TRANSACTION] > newest[_TRANSACTION]:
        newest = other
    return _Tree(page_size, newest[_ROOT])


def _meta(file: BoundedFile, start: int) -> tuple[int, ...]:
    file.seek(start + _PAGE.size)
    meta = _META.unpack(file.read(_META.size))
    # LMDB's pages have at most 64 KB; with a larger number, nonsense would be read.
    is_page_size = 256 <= meta[_PAGE_SIZE] <= 2**16
    if meta[:2] != (_MAGIC, _VERSION) or not is_page_size:
        raise NotLmdb("the file does not begin as one")
    return meta


def _first_value(file: BoundedFile, tree: _Tree) -> bytes:
    """Go down to the first leaf, and read its first value."""
    number = tree.root
    # The pages of a damaged file may lead in a circle.
    for _ in range(_MOST_LEVELS):
        page = _page(file, tree, number)
        _, _, flags, end, _ = _PAGE.unpack_from(page)
        if end < _PAGE.size + 2:
            raise NotLmdb("a page has no records")
        (place,) = struct.unpack_from("<H", page, _PAGE.size)
        low, high, node_flags, key_size = _NODE.unpack_from(page, place)
        if flags & _LEAF:
            return _value(file, tree, page, place + _NODE.size + key_size, low | high << 16)
        if not flags & _BRANCH:
            break
        # In a node of a branch, the page number takes the place of the size and the flags.
        number = low | high << 16 | node_flags << 32
    raise NotLmdb("the file is damaged")


def _value(file: BoundedFile, tree: _Tree, page: bytes, start: int, size: int) -> bytes:
    """The value of a leaf's first node, which is on pages of its own if it is large."""
    (place,) = struct.unpack_from("<H", page, _PAGE.size)
    flags = _NODE.unpack_from(page, place)[2]
    if flags & (_TABLE | _SEVERAL):
        raise NotLmdb("its first record is another table")
    if not flags & _LARGE:
        return page[start : start + size]
    if size > _MOST_BYTES // 2:
        raise UnreadableSource(
            f"its first record has {size} bytes", "give the shapes of the tops with --input"
        )
    (number,) = struct.unpack_from("<Q", page, start)
    file.seek(number * tree.page_size + _PAGE.size)
    return file.read(size)


def _page(file: BoundedFile, tree: _Tree, number: int) -> bytes:
    file.seek(number * tree.page_size)
    return file.read(tree.page_size)
