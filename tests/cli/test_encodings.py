"""What is written to standard output is valid, whatever the encoding of standard output is."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from protogen.cli import main

NET = 'layer { name: "漢 é \\377 😀" type: "Unknown" bottom: "\\033]0;x" top: "漢" }\n'
ENCODINGS = ["ascii", "latin-1", "utf-8", "utf-16", "cp037"]


def output(monkeypatch: pytest.MonkeyPatch, encoding: str, *arguments: str) -> bytes:
    """The bytes that a command writes to a standard output with an encoding."""
    data = io.BytesIO()
    stdout = io.TextIOWrapper(data, encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "argv", ["protogen", *arguments])
    with pytest.raises(SystemExit):
        main()
    stdout.flush()
    return data.getvalue()


@pytest.fixture
def net(in_folder: Path) -> str:
    name = "é.prototxt"
    Path(name).write_text(NET, encoding="utf-8")
    return name


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", ["json", "sarif"])
def test_json(net: str, monkeypatch: pytest.MonkeyPatch, encoding: str, form: str) -> None:
    data = output(monkeypatch, encoding, "check", net, "--format", form)
    read = json.loads(data.decode("ascii"))
    assert read["diagnostics"][0]["file"] == net if form == "json" else read["runs"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_shapes(net: str, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    data = output(monkeypatch, encoding, "shapes", net, "--json")
    assert "漢" in str(json.loads(data.decode("ascii")))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_junit(net: str, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    data = output(monkeypatch, encoding, "check", net, "--format", "junit")
    assert data.isascii()
    assert Xml.fromstring(data)[0].get("name") == net


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("form", ["text", "concise", "github"])
def test_text(net: str, monkeypatch: pytest.MonkeyPatch, encoding: str, form: str) -> None:
    text = output(monkeypatch, encoding, "check", net, "--format", form).decode(encoding)
    assert "Unknown" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_net_is_always_utf_8(net: str, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    data = output(monkeypatch, encoding, "fmt", net, "--diff")
    assert '+  top: "漢"'.encode() in data
