"""The command draw."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from protogen.cli import commands
from tests.pictures.nets import INPUT, convolution


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "PDF"])
def test_it_draws(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("pygraphviz", reason="the extra [draw] is not installed")
    out = tmp_path / f"lenet.{suffix}"
    result = CliRunner().invoke(commands, ["draw", "zoo:lenet", "-o", str(out)])
    assert result.exit_code == 0
    assert result.stderr == f"wrote {out}\n"
    assert out.stat().st_size > 1000


def test_without_pygraphviz_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    out = tmp_path / "lenet.svg"
    result = CliRunner().invoke(commands, ["draw", "zoo:lenet", "-o", str(out)])
    assert result.exit_code == 2
    assert "draw needs pygraphviz: pip install 'caffe-protogen[draw]'" in result.stderr
    assert not out.exists()


def test_a_dot_file_needs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    net = tmp_path / "bad.prototxt"
    net.write_text(INPUT + convolution("c", "dat"))
    result = CliRunner().invoke(commands, ["draw", str(net), "-o", str(tmp_path / "bad.dot")])
    assert result.exit_code == 1  # Caffe rejects the net; it is drawn nevertheless
    assert 'reads blob "dat"' in result.stderr
    assert (tmp_path / "bad.dot").read_text("utf-8").startswith("digraph")


def test_another_format() -> None:
    result = CliRunner().invoke(commands, ["draw", "zoo:lenet", "-o", "lenet.gif"])
    assert result.exit_code == 2
    assert "expected a name that ends in .svg, .png, .pdf or .dot" in result.stderr
