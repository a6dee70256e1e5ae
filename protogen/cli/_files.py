"""The prototxt files of folders, without those that .gitignore files or settings exclude."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from protogen.cli._output import report

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["Exclude", "FileSearch", "search_files"]


@dataclass(frozen=True)
class Exclude:
    """Patterns in the syntax of .gitignore; they are relative to ``folder``."""

    folder: Path = Path()
    patterns: tuple[str, ...] = ()


def search_files(paths: Sequence[str]) -> FileSearch:
    """The files of a command line, without those of folders that settings exclude.

    Folders without a file, and those that cannot be read, are reported.
    """
    from protogen.cli._settings import folder_settings

    search = FileSearch(lambda folder: folder_settings(folder).excluded)
    search.add(*paths)
    search.report()
    return search


@dataclass
class FileSearch:
    """The files that a command works on.

    ``exclude`` returns the patterns of the settings for a folder. ``found`` are those files that
    were found in folders, and not given by name. ``empty`` are the folders without a prototxt
    file, and ``problems`` are sentences about folders that cannot be read.
    """

    exclude: Callable[[str], Exclude]
    files: list[str] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    empty: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, *paths: str) -> None:
        """Add files as they are, and the files of folders in alphabetical order; each once."""
        files = dict.fromkeys(self.files)
        for path in paths:
            # Path("") is the current folder.
            if not path or not Path(path).is_dir():
                files[path] = None
                self.found.discard(path)
                continue
            for file in self._search(path):
                # A file that was given by name before stays one.
                if file not in files:
                    self.found.add(file)
                    files[file] = None
        self.files = list(files)

    def report(self) -> None:
        """Print the problems, and the folders without a prototxt file, to standard error."""
        for folder in self.empty:
            report(f"{folder}: no *.prototxt files found")
        for problem in self.problems:
            report(f"Error: {problem}")

    def _search(self, folder: str) -> list[str]:
        problems = len(self.problems)
        files = sorted(self._walk(folder), key=Path)
        if not files and len(self.problems) == problems:
            self.empty.append(folder)
        return files

    def _walk(self, root: str) -> Iterator[str]:
        """The files below a folder. Hidden and excluded folders are not entered."""
        settings = _compiled(self.exclude(root))
        ignores = {root: _outer_gitignores(root)}
        # The user asks for this folder by its name.
        if _is_excluded(_real_path(root) + "/", ignores[root], settings):
            ignores[root], settings = [], []
        # Of the root only: links are not followed, and to resolve each folder on its own would take
        # time quadratic in the depth.
        real_root = _real_path(root)
        for folder, folders, names in self._folders(root):
            here = [*ignores.pop(folder), *_gitignore(folder)]
            real = _joined(real_root, Path(folder[len(root) :]).as_posix())
            entered = []
            for name in folders:
                if name.startswith(".") or _is_excluded(f"{real}/{name}/", here, settings):
                    continue
                entered.append(name)
                ignores[os.path.join(folder, name)] = here  # noqa: PTH118
            # In place, because the search goes on with this list.
            folders[:] = entered
            for name in names:
                if not name.endswith(".prototxt") or name.startswith("."):
                    continue
                path = Path(folder, name)
                if _is_file(path) and not _is_excluded(f"{real}/{name}", here, settings):
                    yield str(path)

    def _folders(self, root: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """Each folder with the names of its folders and files, as `os.walk` yields them.

        That recurses before Python 3.12, so 1,000 folders in each other are too many for it.
        """
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            folders: list[str] = []
            names: list[str] = []
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        (folders if _is_folder(entry) else names).append(entry.name)
            except OSError as error:
                self._report(error)
                continue
            # Whoever asks takes out the folders that are not entered.
            yield folder, folders, names
            for name in folders:
                path = os.path.join(folder, name)  # noqa: PTH118
                if not os.path.islink(path):  # noqa: PTH114
                    waiting.append(path)

    def _report(self, error: OSError) -> None:
        self.problems.append(f"{error.filename} cannot be read: {error.strerror or error}")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    # Such as a link to itself.
    except OSError:
        return False


@dataclass(frozen=True)
class _Patterns:
    """Compiled patterns, and the folder that they are relative to, with ``/`` at its end."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str) -> bool | None:
        """Whether a path is excluded; ``None`` if no pattern matches it."""
        if not path.startswith(self.folder) or path == self.folder:
            return None
        return self.spec.check_file(path[len(self.folder) :]).include


def _is_excluded(path: str, ignores: Sequence[_Patterns], settings: Sequence[_Patterns]) -> bool:
    """Whether the settings or, as git decides it, the innermost matching pattern excludes a path.

    The path of a folder ends with ``/``.
    """
    if any(each.verdict(path) for each in settings):
        return True
    for each in reversed(ignores):
        verdict = each.verdict(path)
        if verdict is not None:
            return verdict
    return False


def _compiled(exclude: Exclude) -> list[_Patterns]:
    """The patterns, or nothing if there are none. Raises `ValueError` for an invalid one."""
    if not exclude.patterns:
        return []
    from pathspec import GitIgnoreSpec  # it takes 35 ms, and few folders need it

    folder = _real_path(exclude.folder).rstrip("/") + "/"
    return [_Patterns(folder, GitIgnoreSpec.from_lines(exclude.patterns))]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    # Whoever reads it reports why that is impossible.
    except OSError:
        return True


def _joined(folder: str, below: str) -> str:
    """A folder below another one; ``below`` is empty or a dot for the other itself."""
    below = below.strip("/")
    if below in ("", "."):
        return folder
    return f"{folder.rstrip('/')}/{below}"


def _real_path(path: str | Path) -> str:
    return Path(os.path.realpath(path)).as_posix()


def _outer_gitignores(folder: str) -> list[_Patterns]:
    """The .gitignore files of the folders around a folder, up to the root of its repository."""
    inner = Path(os.path.realpath(folder))
    around = [inner, *inner.parents]
    for index, root in enumerate(around):
        if not (root / ".git").exists():
            continue
        found: list[_Patterns] = []
        # The outermost first: the last pattern that matches decides.
        for each in reversed(around[1 : index + 1]):
            found += _gitignore(each)
        return found
    # Outside of a repository git ignores nothing.
    return []


def _gitignore(folder: str | Path) -> list[_Patterns]:
    """The .gitignore file of a folder, if it has one. Like git, skip what cannot be read."""
    file = Path(folder, ".gitignore")
    if not file.is_file():
        return []
    try:
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    try:
        return _compiled(Exclude(Path(folder), tuple(lines)))
    except ValueError:
        return _compiled(Exclude(Path(folder), tuple(filter(_is_valid, lines))))


def _is_valid(pattern: str) -> bool:
    try:
        _compiled(Exclude(patterns=(pattern,)))
    except ValueError:
        return False
    return True
