"""The command view."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from protogen.cli import commands
from tests.pictures.nets import INPUT, convolution


def test_it_writes_a_page_beside(tmp_path: Path) -> None:
    net = tmp_path / "deploy.prototxt"
    net.write_text(INPUT + convolution("c", "data"))
    out = tmp_path / "out.html"
    result = CliRunner().invoke(commands, ["view", str(net), "-o", str(out)])
    assert result.exit_code == 0
    assert result.stderr == f"wrote {out}\n"
    assert "<title>deploy.prototxt · protogen</title>" in out.read_text("utf-8")


def test_a_page_of_the_zoo_to_standard_output() -> None:
    result = CliRunner().invoke(commands, ["view", "zoo:lenet", "-o", "-"])
    assert result.exit_code == 0
    assert result.stdout.startswith("<!doctype html>")


def test_a_net_with_faults_has_a_page_and_exit_code_1(tmp_path: Path) -> None:
    net = tmp_path / "bad.prototxt"
    net.write_text(INPUT + convolution("c", "dat"))
    result = CliRunner().invoke(commands, ["view", str(net), "-o", str(tmp_path / "bad.html")])
    assert result.exit_code == 1
    assert 'reads blob "dat"' in result.stderr
    assert (tmp_path / "bad.html").exists()


def test_it_does_not_overwrite_what_it_reads(tmp_path: Path) -> None:
    net = tmp_path / "net.html"
    net.write_text(INPUT)
    result = CliRunner().invoke(commands, ["view", str(net), "-o", str(net)])
    assert result.exit_code == 2
    assert "is read by this command, and would be overwritten" in result.stderr
