"""Which files of a folder are found. What .gitignore files exclude is asked of git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from protogen.cli import commands
from protogen.cli._files import Exclude, FileSearch


def search(*paths: str, exclude: Exclude | None = None) -> FileSearch:
    found = FileSearch(lambda _: exclude or Exclude())
    found.add(*paths)
    return found


def files(*paths: str, exclude: Exclude | None = None) -> list[str]:
    return search(*paths, exclude=exclude).files


def write(text: str, *names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_prototxt_files_in_alphabetical_order(in_folder: Path) -> None:
    write("", "b/z.prototxt", "b/a.prototxt", "a.prototxt", "c/x.txt", "prototxt")
    write("", ".hidden/x.prototxt", ".hidden.prototxt")
    assert files(".") == ["a.prototxt", "b/a.prototxt", "b/z.prototxt"]
    assert files("b/") == ["b/a.prototxt", "b/z.prototxt"]


def test_files_given_by_name_come_first_and_once(in_folder: Path) -> None:
    write("", "a.prototxt", "b.prototxt", "net.txt")
    found = search("net.txt", "b.prototxt", ".", "a.prototxt")
    assert found.files == ["net.txt", "b.prototxt", "a.prototxt"]
    assert found.found == set()
    assert search("b.prototxt", ".").found == {"a.prototxt"}


def test_a_folder_without_nets_and_a_link_to_itself(in_folder: Path) -> None:
    write("", "notes/a.txt")
    Path("notes/loop").symlink_to("..")
    found = search("notes", "nowhere.prototxt", "")
    assert (found.files, found.problems) == (["nowhere.prototxt", ""], [])
    assert found.empty == ["notes"]


def test_a_folder_that_cannot_be_read(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    Path("secret").mkdir()
    monkeypatch.setattr("os.scandir", denied)
    found = search("secret")
    assert found.empty == []
    assert found.problems == ["secret cannot be read: Permission denied"]


#: Patterns of the root and of an inner folder, chosen for what git documents about each.
GITIGNORES = [
    ("build/", ""),
    ("*.prototxt\n!keep.prototxt", ""),
    ("*.prototxt", "!inner.prototxt"),
    ("/inner.prototxt\na/b", ""),
    ("a/*\n!a/b/", ""),
    ("**/deep/\n\\#x.prototxt\n# comment\n", "/deep"),
    ("a/**/x.prototxt", "!x.prototxt"),
    ("!\n[\nkeep*  ", ""),
]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(("outer", "inner"), GITIGNORES)
def test_git_ignores_the_same_files(in_folder: Path, outer: str, inner: str) -> None:
    subprocess.run(["git", "init", "--quiet", "."], check=True)
    names = ("x", "inner", "keep", "#x")
    folders = (".", "a", "a/b", "a/b/deep", "build", "a/build", "keep")
    write("", *(f"{folder}/{name}.prototxt" for folder in folders for name in names))
    write(outer, ".gitignore")
    write(inner, "a/b/.gitignore")
    options = ["--others", "--cached", "--exclude-per-directory=.gitignore", "-z"]
    listed = subprocess.run(["git", "ls-files", *options], capture_output=True, check=True).stdout
    wanted = {name for name in listed.decode().split("\0") if name.endswith(".prototxt")}
    assert set(files(".")) == wanted
    inside = {name for name in wanted if name.startswith("a/b/")}
    if inside:  # else git ignores the folder itself
        assert set(files("a/b")) == inside


def test_an_ignored_folder_that_is_asked_for_by_name(in_folder: Path) -> None:
    write("", "build/x.prototxt", "build/old/y.prototxt", ".git/config")
    write("build/\n", ".gitignore")
    write("old/\n", "build/.gitignore")
    assert files(".") == []
    assert files("build") == ["build/x.prototxt"]
    assert files("build/x.prototxt") == ["build/x.prototxt"]


def test_gitignore_files_outside_of_the_repository_do_not_count(in_folder: Path) -> None:
    write("", "repository/x.prototxt", "repository/.git/config", "plain/y.prototxt")
    write("*.prototxt\n", ".gitignore")
    assert files("repository") == ["repository/x.prototxt"]
    assert files("plain") == ["plain/y.prototxt"]
    assert files(".") == []


def test_patterns_of_the_settings(in_folder: Path) -> None:
    write("", "old/x.prototxt", "new/x.prototxt", "new/old/y.prototxt", "new/y.prototxt")
    write("!old/\n", "new/.gitignore")
    exclude = Exclude(in_folder, ("/old/", "y.prototxt"))
    assert files(".", exclude=exclude) == ["new/x.prototxt"]
    assert files("new", exclude=exclude) == ["new/x.prototxt"]
    assert files("old", exclude=exclude) == ["old/x.prototxt"]


def test_a_folder_1000_deep(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each step by itself: the whole path may be longer than the system takes.
    for _ in range(1_000):
        Path("d").mkdir()
        os.chdir("d")
    Path("net.prototxt").write_text('name: "x"\n')
    monkeypatch.chdir(in_folder)
    (in_folder / "d" / ".gitignore").write_text("ignored/\n")
    started = time.process_time()
    result = CliRunner().invoke(commands, ["check", "."])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "No findings in 1 file\n"
    # To resolve each folder from the root took 20 seconds.
    assert time.process_time() - started < 10
    _remove_deep("d")


def _remove_deep(name: str) -> None:
    """Remove folders in each other; `shutil.rmtree` recurses in older Pythons."""
    depth = 0
    while Path(name).is_dir():
        os.chdir(name)
        depth += 1
    for _ in range(depth):
        for file in Path().iterdir():
            file.unlink()
        os.chdir("..")
        Path(name).rmdir()
