"""``protogen targets``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen import targets
from protogen.cli import commands


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["targets", *arguments])


def test_the_list_of_targets() -> None:
    lines = run().stdout.splitlines()
    assert len(lines) == len(targets.names()) + 1
    assert any(line.startswith("opencv4 ") and ">=4.10,<5" in line for line in lines)


def test_one_target_with_its_sources() -> None:
    text = run("opencv4").stdout
    assert text.startswith("opencv4: OpenCV 4 (>=4.10,<5)\n")
    assert "  floor: ceil_mode\n" in text
    assert "  rules: ignores" in text
    assert "PoolingParameter.round_mode" in text
    assert "(run: opencv-python-headless 4.14.0.94" in text


def test_the_list_for_scripts() -> None:
    listed = json.loads(run("--json").stdout)
    assert [each["name"] for each in listed] == list(targets.names())
    one = json.loads(run("bvlc", "--json").stdout)
    assert one["pooling"]["floor"] == ["round_mode"]


def test_an_unknown_target() -> None:
    result = run("opencv")
    assert result.exit_code == 2
    assert 'unknown target "opencv"; did you mean "opencv4"?' in result.stderr


# check --target ----------------------------------------------------------------------------------

NET = """\
layer {
  name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 64 dim: 57 dim: 57 } }
}
layer {
  name: "norm" type: "LRN" bottom: "data" top: "norm"
  lrn_param { local_size: 5 }
}
"""
UNKNOWN = 'layer { name: "out" type: "Reduction" bottom: "norm" top: "out" }\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.prototxt").write_text(NET, encoding="utf-8")
    Path("b.prototxt").write_text(NET + UNKNOWN, encoding="utf-8")
    Path("solver.prototxt").write_text('net: "a.prototxt"\nbase_lr: 0.1\n', encoding="utf-8")
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["check", *arguments])


def test_the_table_of_nets_and_targets(folder: Path) -> None:
    result = check("--target", "opencv4,bvlc", ".")
    assert result.exit_code == 1
    table = result.stdout.split("\n\n")[-2].splitlines()
    assert [line.split(maxsplit=1) for line in table] == [
        ["file", "opencv4             bvlc"],
        ["a.prototxt", "computes otherwise  runs"],
        ["b.prototxt", "fails later         runs"],
        ["solver.prototxt", "empty               refused"],
    ]


def test_what_computes_otherwise_is_no_failure(folder: Path) -> None:
    result = check("--target", "opencv4", "a.prototxt")
    assert result.exit_code == 0
    headline, source = result.stdout.splitlines()[:2]
    assert headline == (
        'a.prototxt:7:3: warning[F203] layer "norm" (LRN): OpenCV 4 takes alpha 0.0001 where Caffe'
        " takes 1"
    )
    assert source == "      lrn_param { local_size: 5 }"
    assert "hint:  write alpha: 1; protogen convert does that" in result.stdout


def test_only_the_target_is_asked(folder: Path) -> None:
    codes = {
        d["code"] for d in json.loads(check("--target", "bvlc", "--json").stdout)["diagnostics"]
    }
    assert codes <= {"F201", "F203", "F204"}


def test_the_verdicts_for_scripts(folder: Path) -> None:
    data = json.loads(check("--target", "opencv4", "--json", "b.prototxt").stdout)
    assert data["verdicts"] == {"b.prototxt": {"opencv4": "fails later"}}
    assert [each["code"] for each in data["diagnostics"]] == ["F203", "F202"]


def test_the_targets_of_a_project(folder: Path) -> None:
    Path("protogen.toml").write_text('targets = ["opencv4"]\n', encoding="utf-8")
    assert "[F203]" in check("a.prototxt").stdout
    Path("other.toml").write_text('targets = ["opencv"]\n', encoding="utf-8")
    result = check("--config", "other.toml", "a.prototxt")
    assert result.exit_code == 2
    problem = 'other.toml: "targets": unknown target "opencv"; did you mean "opencv4"?'
    assert problem in result.stderr


def test_an_unknown_target_to_check(folder: Path) -> None:
    result = check("--target", "opencv", "a.prototxt")
    assert result.exit_code == 2
    assert '--target: unknown target "opencv"; did you mean "opencv4"?' in result.stderr
