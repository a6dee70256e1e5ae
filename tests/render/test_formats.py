"""Formats are the files of a folder: what it takes to add one, and when it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from protogen.render import findings, net
from protogen.render.findings import FindingsFormat
from protogen.render.formats import Formats
from protogen.render.net import NetFormat


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Formats:
    """A package with two formats and a helper."""
    folder = tmp_path / "reports_of_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "xml.py").write_text('"""As XML.\n\nMore.\n"""\nNAME = __name__\n')
    (folder / "broken.py").write_text('"""Fails."""\n1 / 0\n')
    (folder / "_helper.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    return Formats("reports_of_test", [str(folder)])


def test_a_file_is_all_it_takes(package: Formats) -> None:
    assert package.names() == ("broken", "xml")
    assert package.summary("xml") == "As XML."
    assert package.load("xml").NAME == "reports_of_test.xml"


def test_names_and_summaries_import_nothing(package: Formats) -> None:
    assert package.summary("broken") == "Fails."
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        package.load("broken")


@pytest.mark.parametrize(
    ("formats", "kind"), [(findings.FORMATS, FindingsFormat), (net.FORMATS, NetFormat)]
)
def test_every_format_is_whole(formats: Formats, kind: type) -> None:
    assert formats.names()
    for name in formats.names():
        assert isinstance(formats.load(name), kind)
        assert len(formats.summary(name)) > 10


def test_the_formats_there_are() -> None:
    assert {"concise", "github", "json", "junit", "sarif", "text"} <= set(findings.FORMATS.names())
    assert {"json", "table"} <= set(net.FORMATS.names())


@pytest.mark.parametrize("command", [["check", "--help"], ["shapes", "--help"], ["--help"]])
def test_help_imports_no_format(command: list[str]) -> None:
    program = (
        "import sys; from protogen.cli import commands\n"
        f"commands.main({command}, standalone_mode=False)\n"
        "folders = ('protogen.render.findings.', 'protogen.render.net.')\n"
        "print([name for name in sys.modules if name.startswith(folders)], file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "[]\n")
