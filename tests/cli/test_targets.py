"""``protogen targets``."""

from __future__ import annotations

import json

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
