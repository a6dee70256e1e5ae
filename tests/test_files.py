"""Files are replaced in one step, and errors are about the file that was asked for."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from protogen import Net
from protogen.files import write_file


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
