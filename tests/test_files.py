"""Files are replaced in one step, and errors are about the file that was asked for."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from protogen import Net, files
from protogen.files import FileChangedError, write_file


def test_a_folder_that_does_not_exist_is_reported_by_the_name_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="No such file") as caught:
        Net().save("nofolder/net.prototxt")
    assert caught.value.filename == "nofolder/net.prototxt"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_device_is_an_error() -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        write_file("/dev/full", "text")
    assert caught.value.errno == errno.ENOSPC


def test_nothing_is_left_beside_a_file_that_cannot_be_replaced(tmp_path: Path) -> None:
    target = tmp_path / "net.prototxt"
    target.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_file(target, "text")
    assert list(tmp_path.iterdir()) == [target]


def test_the_mode_of_an_existing_file_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "net.prototxt"
    target.write_text("old")
    target.chmod(0o640)
    write_file(target, "new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may do it")
def test_root_keeps_the_owner_of_a_file(tmp_path: Path) -> None:
    target = tmp_path / "net.prototxt"
    target.write_text("old")
    os.chown(target, 12345, 54321)
    target.chmod(0o6754)
    write_file(target, "new")
    status = target.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (12345, 54321, 0o6754)


def test_a_name_as_long_as_a_name_can_be(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 255)
    write_file(target, "new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "net.prototxt", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_file(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_file_that_was_changed_since_it_was_read(tmp_path: Path) -> None:
    target = tmp_path / "net.prototxt"
    target.write_text("an edit")
    with pytest.raises(FileChangedError, match="was changed since it was read"):
        write_file(target, "new", read=b"old")
    assert target.read_text() == "an edit"
    write_file(target, "new", read=b"an edit")
    assert target.read_text() == "new"
    target.unlink()
    with pytest.raises(FileChangedError, match="was changed since it was read"):
        write_file(target, "new", read=b"new")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, other = tmp_path / ".protogen-abc.tmp", tmp_path / ".protogen.toml"
    left.write_text("half a n")
    other.write_text("")
    monkeypatch.setattr(files, "_cleaned", set())
    write_file(tmp_path / "net.prototxt", "new")
    assert sorted(tmp_path.iterdir()) == [other, tmp_path / "net.prototxt"]


@pytest.mark.skipif(files.fcntl is None, reason="this system has no locks of files")
def test_what_another_process_is_writing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys; from pathlib import Path; from protogen import files;"
        "handle, path = files._create(Path(sys.argv[1])); print(path, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        beside = Path(process.stdout.readline().strip())
        monkeypatch.setattr(files, "_cleaned", set())
        write_file(tmp_path / "net.prototxt", "new")
        assert beside.exists()
        process.kill()
    monkeypatch.setattr(files, "_cleaned", set())
    write_file(tmp_path / "net.prototxt", "new")
    assert not beside.exists()
