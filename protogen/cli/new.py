"""``protogen new``: a project around a net."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from protogen.cli._output import Unusable, write_text
from protogen.files import is_leftover


@click.command(
    short_help="Start a project: net, solver, Makefile and script for training.",
    epilog="\b\nExamples:\n  protogen new digits\n"
    '  protogen new pets --from "zoo:resnet18?classes=37"',
)
@click.argument("name")
@click.option(
    "--from",
    "source",
    metavar="zoo:NETWORK",
    help='Network of the zoo to start from: "zoo:lenet?classes=3" [default: a small net].',
)
def command(name: str, source: str | None) -> None:
    """Create the folder NAME with a project.

    Its net is defined once, in net.py. "make" in the folder emits the files for training and for
    deployment, and checks them. The folder must be empty, if it exists, or have
    some of the files of this project only, as a run that was interrupted leaves them.
    """
    from protogen.render.project import project_files
    from protogen.zoo import ZooError, read_spec

    folder = Path(name)
    # The name of "." is the name of the folder itself.
    title = folder.resolve().name
    try:
        if source is None:
            files = project_files(title)
        else:
            files = project_files(title, *read_spec(_network(source)))
    except ZooError as error:
        raise Unusable(str(error)) from None
    _check_folder(folder, files)
    _write(folder, files)


def _network(source: str) -> str:
    if not source.startswith("zoo:"):
        raise Unusable(f"--from needs a network of the zoo, as in zoo:lenet; got {source}")
    return source.removeprefix("zoo:")


def _check_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Raise `Unusable` if the folder cannot be that of a new project with these files."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Unusable(f"{folder} exists, and is not a folder")
    if any(folder.iterdir()) and not _is_unfinished(folder, files):
        raise Unusable(f"{folder} is not empty; name a folder that does not exist")


def _is_unfinished(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether the folder has some of these files and nothing else."""
    expected = {folder / path: text.encode() for path, text in files.items()}
    folders = {path.parent for path in expected}
    number = 0
    # Lazily: the first other file ends the search, however many there are.
    for path in folder.rglob("*"):
        if path in folders or is_leftover(path.name):
            continue
        if path not in expected or path.is_symlink() or not path.is_file():
            return False
        if path.read_bytes() != expected[path]:
            return False
        number += 1
    # With all of its files it is a finished project, which is not written again.
    return number < len(expected)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = folder / path
        try:
            # The folder is created only with its first file, so that a bad SPEC leaves none.
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unusable(f"{folder} cannot be created: {error.strerror or error}") from None
        write_text(str(file), text)
    click.echo(f"{folder}: {', '.join(files)}")
    click.echo(f"next: cd {shlex.quote(str(folder))} && make")
