"""Data sources that nobody would open on purpose: nothing waits, nothing is quoted, all is bounded.

A net may name any path. The machine that checks it may have secrets, pipes and devices there.
"""

from __future__ import annotations

import io
import os
import socket
import struct
import zlib
from pathlib import Path

import pytest

import protogen
from protogen import infer_shapes, loads, proto
from protogen.sources import _lmdb

h5py = pytest.importorskip("h5py", reason="the extra [data] is not installed")
Image = pytest.importorskip("PIL.Image", reason="the extra [data] is not installed")
lmdb = pytest.importorskip("lmdb", reason="the extra [dev] is not installed")

SECRET = "SECRET_TOKEN=hunter2"

#: A layer of each type that reads a source, with its messages for a source of the current folder.
LAYERS = {
    "ImageData": "image_data_param { source: %s batch_size: 2 }",
    "WindowData": "window_data_param { source: %s batch_size: 2 } transform_param { crop_size: 4 }",
    "HDF5Data": "hdf5_data_param { source: %s batch_size: 2 }",
    "Data": "data_param { source: %s batch_size: 2 backend: LMDB }",
    "AnnotatedData": "data_param { source: %s batch_size: 2 backend: LMDB }",
}


def layer(kind: str, source: str, *more: str) -> str:
    param = LAYERS[kind] % f'"{source}"'
    return f'layer {{ name: "d" type: "{kind}" top: "x" top: "y" {param} {" ".join(more)} }}'


def messages(text: str) -> list[str]:
    """What inference and `check` say, each finding in full."""
    net = loads(text, "net.prototxt")
    found = [str(each) for each in infer_shapes(net).diagnostics]
    assert [str(each) for each in protogen.check(net).diagnostics]
    return found


@pytest.mark.parametrize("kind", LAYERS)
def test_nothing_of_a_file_is_quoted(in_folder: Path, kind: str) -> None:
    (in_folder / "secret").write_text(f"{SECRET}\n" * 3)
    (found,) = messages(layer(kind, "secret"))
    assert "secret" in found
    assert "hunter2" not in found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system has no /proc")
@pytest.mark.parametrize("kind", LAYERS)
def test_the_environment_is_not_quoted(kind: str) -> None:
    environment = Path("/proc/self/environ").read_bytes().decode(errors="replace")
    (found,) = messages(layer(kind, "/proc/self/environ"))
    for variable in environment.split("\0"):
        assert not variable or variable not in found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("kind", LAYERS)
def test_a_pipe_is_not_opened(in_folder: Path, kind: str) -> None:
    os.mkfifo("pipe")  # to open it would wait for a writer
    (found,) = messages(layer(kind, "pipe"))
    assert "its source exists but cannot be read: it is a pipe" in found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_a_list_or_a_database(in_folder: Path) -> None:
    os.mkfifo("pipe")
    (in_folder / "list").write_text("pipe 0\n")
    for kind in ("ImageData", "HDF5Data"):
        assert "it is a pipe" in messages(layer(kind, "list"))[0]
    (in_folder / "db").mkdir()
    os.mkfifo("db/data.mdb")
    assert "data.mdb is not a file" in messages(layer("Data", "db"))[0]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev")
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/random", "/dev/tty", "/dev/stdin"])
def test_a_device_is_not_read(kind: str, device: str) -> None:
    found = messages(layer(kind, device))
    assert all("SyntaxError" not in each for each in found)
    if device in ("/dev/zero", "/dev/random"):
        assert "it is a device" in found[0]


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no sockets with names")
def test_a_socket(in_folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert "it is a socket" in messages(layer("ImageData", "socket"))[0]


@pytest.mark.parametrize("kind", ["ImageData", "WindowData", "HDF5Data"])
def test_a_folder(in_folder: Path, kind: str) -> None:
    assert '"." is a folder' in messages(layer(kind, "."))[0]


@pytest.mark.parametrize("kind", LAYERS)
def test_a_source_that_no_file_can_have_as_its_name(kind: str) -> None:
    assert "its source is too long: 5000 characters" in messages(layer(kind, "a" * 5000))[0]
    assert "its source has a null character" in messages(layer(kind, r"a\000b"))[0]


def test_a_loop_of_links(in_folder: Path) -> None:
    (in_folder / "loop").symlink_to("loop")
    assert "Too many levels of symbolic links" in messages(layer("ImageData", "loop"))[0]


def test_only_the_beginning_of_a_list_is_read(in_folder: Path) -> None:
    # 8 GB without a line break: a sparse file, which takes no space on the disk.
    with Path("list").open("wb") as file:
        file.truncate(2**33)
    for kind in ("ImageData", "WindowData", "HDF5Data"):
        assert len(messages(layer(kind, "list"))) == 1


# Images ----------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be large."""
    data = b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")):
        checksum = zlib.crc32(kind + body)
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
    return data


def test_an_image_bomb_is_not_decoded(in_folder: Path) -> None:
    (in_folder / "list").write_text("bomb.png 0\n")
    (in_folder / "bomb.png").write_bytes(png(9_000, 9_000))
    shapes = infer_shapes(loads(layer("ImageData", "list"))).blobs
    assert shapes["x"] == (2, 3, 9_000, 9_000)
    (in_folder / "bomb.png").write_bytes(png(2**31 - 1, 2**31 - 1))
    assert "the first image cannot be read" in messages(layer("ImageData", "list"))[0]


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "BMP", "PPM", "TIFF", "WEBP"])
def test_damaged_images(in_folder: Path, format_name: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (50, 40)).save(file, format_name)
    data = file.getvalue()
    (in_folder / "list").write_text("image 0\n")
    for size in range(0, len(data), max(1, len(data) // 12)):
        (in_folder / "image").write_bytes(data[:size])
        analysis = infer_shapes(loads(layer("ImageData", "list")))
        message = "the first image cannot be read"
        assert [each.message for each in analysis.diagnostics] in ([], [message])


# HDF5 ------------------------------------------------------------------------------------------


def test_links_to_other_files_are_not_followed(in_folder: Path) -> None:
    with h5py.File("other.h5", "w") as other:
        other["x"] = [[1.0, 2.0]]
        other["y"] = [[1.0, 2.0]]
    with h5py.File("a.h5", "w") as file:
        file["x"] = h5py.ExternalLink("other.h5", "x")
        file["y"] = [[1.0, 2.0]]
    (in_folder / "list").write_text("a.h5\n")
    (found,) = messages(layer("HDF5Data", "list"))
    assert 'its source exists but cannot be read: its "x" is a link' in found


def test_a_dataset_in_other_files(in_folder: Path) -> None:
    layout = h5py.VirtualLayout(shape=(4, 2), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4, 2))
    with h5py.File("a.h5", "w") as file:
        file.create_virtual_dataset("x", layout)
        file.create_group("y")
    (in_folder / "list").write_text("a.h5\n")
    assert 'its "x" is in other files' in messages(layer("HDF5Data", "list"))[0]
    text = layer("HDF5Data", "list").replace('top: "x"', "")
    assert '"y" of the first file that "list" lists is not a dataset' in messages(text)[0]


def test_a_damaged_file(in_folder: Path) -> None:
    with h5py.File("a.h5", "w") as file:
        file["x"] = file["y"] = [[1.0, 2.0]]
    (in_folder / "list").write_text("a.h5\n")
    data = Path("a.h5").read_bytes()
    for size in range(0, len(data), 300):
        Path("a.h5").write_bytes(data[:size])
        (found,) = messages(layer("HDF5Data", "list"))
        assert "cannot be read as HDF5" in found


# LMDB ------------------------------------------------------------------------------------------


def write_database(records: dict[bytes, bytes]) -> None:
    with lmdb.open("db", map_size=1 << 24) as database, database.begin(write=True) as transaction:
        for key, value in records.items():
            transaction.put(key, value)


@pytest.mark.parametrize(
    ("number", "size"),
    [(1, 0), (1, 1), (1, 2_000), (1, 100_000), (100, 1), (100, 2_000), (10, 100_000), (5_000, 100)],
)
def test_the_first_record_is_the_one_of_the_library(
    in_folder: Path, number: int, size: int
) -> None:
    write_database({b"%08d" % (number - i): bytes([i % 256]) * size for i in range(number)})
    with lmdb.open("db", readonly=True, lock=False) as database, database.begin() as transaction:
        expected = next(iter(transaction.cursor().iternext(keys=False)))
    assert _lmdb.first_record(Path("db"), "") == bytes(expected)


def test_damaged_databases(in_folder: Path) -> None:
    record = proto.Datum(channels=3, height=4, width=5, data=b"x" * 60).SerializeToString()
    write_database({b"%04d" % i: record for i in range(200)})
    whole = Path("db/data.mdb").read_bytes()
    text = layer("Data", "db")
    assert infer_shapes(loads(text)).blobs["x"] == (2, 3, 4, 5)
    for size in range(0, len(whole), 1_000):
        Path("db/data.mdb").write_bytes(whole[:size])
        assert len(infer_shapes(loads(text)).diagnostics) <= 1
    # Every number of the two first pages, and of the root, is made as large as it can be.
    for start in [*range(0, 300, 3), *range(4096, 4400, 3)]:
        damaged = whole[:start] + b"\xff" * 4 + whole[start + 4 :]
        Path("db/data.mdb").write_bytes(damaged)
        assert len(infer_shapes(loads(text)).diagnostics) <= 1


# Opening nothing -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LAYERS)
def test_without_data_nothing_is_opened(
    in_folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_folder / "secret").write_text(SECRET)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was opened")

    net = loads(layer(kind, "secret"))
    assert not infer_shapes(net).ok
    with protogen.without_data():
        for name in ("open", "stat"):
            monkeypatch.setattr(os, name, refuse)
        analysis = infer_shapes(net)  # also if the net was analyzed with its data before
        assert analysis.ok
        unknown = analysis.unknown_tops
        monkeypatch.undo()
    assert {top.reason for top in unknown} <= {"data sources are not opened"}
    assert not infer_shapes(net).ok
