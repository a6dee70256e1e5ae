"""``protogen fmt`` on several files and folders; the layout itself is tested with the text."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from protogen.cli import commands

UGLY, NEAT = "name:'a'", 'name: "a"\n'


def fmt(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(commands, ["fmt", *arguments], input=text)


def write(text: str, *names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def test_folders(in_folder: Path) -> None:
    write(UGLY, "a/x.prototxt", "a/b/y.prototxt", "a/b/y.txt", "z.prototxt")
    result = fmt("a", "z.prototxt")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    formatted = {str(path) for path in Path().rglob("*.*") if path.read_text() == NEAT}
    assert formatted == {"a/x.prototxt", "a/b/y.prototxt", "z.prototxt"}


def test_check_of_a_folder(in_folder: Path) -> None:
    write(UGLY, "x.prototxt")
    write(NEAT, "y.prototxt")
    result = fmt("--check", ".")
    assert (result.exit_code, result.stderr) == (1, "would change x.prototxt\n")
    assert Path("x.prototxt").read_text() == UGLY


def test_what_is_ignored_or_excluded_stays(in_folder: Path) -> None:
    write(UGLY, "old/x.prototxt", "generated/y.prototxt", "z.prototxt")
    write("generated/\n", ".gitignore")
    write('exclude = ["old/"]\n', "protogen.toml")
    write("", ".git/config")
    assert fmt(".").exit_code == 0
    changed = {str(path) for path in Path().rglob("*.prototxt") if path.read_text() == NEAT}
    assert changed == {"z.prototxt"}
    fmt("old/x.prototxt")
    assert Path("old/x.prototxt").read_text() == NEAT


def test_a_broken_file_does_not_stop_the_others(in_folder: Path) -> None:
    write("layer {", "a.prototxt")
    write(UGLY, "b.prototxt")
    result = fmt(".")
    assert result.exit_code == 1
    assert "a.prototxt:1:7: error[T102]" in result.stderr
    assert Path("a.prototxt").read_text() == "layer {"
    assert Path("b.prototxt").read_text() == NEAT


def test_an_unreadable_file_does_not_stop_the_others(in_folder: Path) -> None:
    write(UGLY, "b.prototxt")
    Path("a.prototxt").symlink_to("a.prototxt")
    result = fmt("b.prototxt", ".")
    assert (result.exit_code, result.stderr) == (0, "")  # a loop of links is not a file
    result = fmt("nowhere.prototxt")
    assert result.exit_code == 2
    assert "'nowhere.prototxt' does not exist" in result.stderr


def test_a_folder_without_nets(in_folder: Path) -> None:
    Path("notes").mkdir()
    result = fmt("notes")
    assert (result.exit_code, result.stderr) == (0, "notes: no *.prototxt files found\n")


def test_standard_input() -> None:
    assert fmt("-", text=UGLY).stdout == NEAT
