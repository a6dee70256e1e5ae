"""``protogen summary`` as it is used."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from tests.render.test_summary import NET, TABLE


def run(*arguments: str, text: str = NET) -> Result:
    return CliRunner().invoke(commands, ["summary", *arguments], input=text)


def test_one_net() -> None:
    result = run("-")
    assert result.stdout == TABLE + "\n"
    assert result.exit_code == 0


def test_formats() -> None:
    data = json.loads(run("-", "--json").stdout)
    assert (data["parameters"], data["statistics"], data["macs_per_image"]) == (820, 11, 1040)
    rows = list(csv.reader(run("-", "--csv", "--columns", "layer,macs").stdout.splitlines()))
    assert rows[-1] == ["b", "800"]
    assert run("-", "--markdown").stdout.startswith("| layer | type |")
    result = run("-", "--json", "--csv")
    assert "give only one of --json, --csv and --markdown" in result.stderr
    assert result.exit_code == 2


def test_layout() -> None:
    result = run("-", "--depth", "1", "--sort", "macs", "--columns", "layer,macs", "--batch", "1")
    assert result.stdout.split("\n")[:3] == ["layer  MACs", "b       800", "a/…     240"]


def test_a_column_that_does_not_exist() -> None:
    assert 'no column "mac"; did you mean "macs"?' in run("-", "--columns", "mac").stderr
    assert "name at least one column" in run("-", "--columns", ",").stderr


def test_several_nets(in_folder: Path) -> None:
    for name in ("a", "b"):
        (in_folder / f"{name}.prototxt").write_text(NET, encoding="utf-8")
    result = run("a.prototxt", "b.prototxt")
    assert [line.split()[0] for line in result.stdout.splitlines()] == [
        "net",
        "a.prototxt",
        "b.prototxt",
    ]
    assert len(json.loads(run(".", "--json").stdout)["nets"]) == 2


def test_phases() -> None:
    text = NET + 'layer { name: "l" type: "ReLU" bottom: "b" top: "l" include { phase: TRAIN } }'
    assert "5 in TRAIN" in run("-", "--phase", "TRAIN", text=text).stdout
    both = run("-", "--all-phases", text=text).stdout
    assert "5 in TRAIN" in both
    assert "4 in TEST" in both


def test_a_net_that_caffe_rejects() -> None:
    result = run("-", text=NET + 'layer { name: "m" type: "Mystery" bottom: "b" top: "m" }')
    assert "at least" in result.stdout
    assert 'unknown layer type "Mystery"' in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize("text", ['name: "empty"', ""])
def test_a_net_without_layers(text: str) -> None:
    assert run("-", text=text).stdout.startswith("layers      0 in ")


def test_a_batch_without_images() -> None:
    result = run("-", "--batch", "2", text='name: "empty"')
    assert "--batch: the net has no images of known shape" in result.stderr
    assert result.exit_code == 2


def test_a_folder_without_nets(in_folder: Path) -> None:
    Path("notes").mkdir()
    result = run("notes")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "notes: no *.prototxt files found\n"
