"""The command conv, and the drawings of pool."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands

SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def test_the_windows_are_drawn_below_their_elements() -> None:
    result = run("conv", "7", "--kernel", "3", "--stride", "2")
    assert result.exit_code == 0
    assert result.stdout == (
        "7 -> 3  (Convolution, kernel 3, stride 2, pad 0)\n"
        "  floor((7 + 2*0 - 3) / 2) + 1 = floor(2) + 1 = 3\n"
        "\n"
        "  the windows on the bottom:\n"
        "   0 1 2 3 4 5 6\n"
        "   0 1 2          window 0\n"
        "       2 3 4      window 1\n"
        "           4 5 6  window 2\n"
        "\n"
        "  every element is in a window\n"
    )


def test_what_is_never_read_and_what_is_uneven() -> None:
    assert "never read: element" in run("conv", "8", "-k", "3", "-s", "2").stdout
    up = run("conv", "8", "-k", "3", "-s", "2", "--deconvolution").stdout
    assert "2*(8 - 1) + 3 - 2*0 = 17" in up
    assert "uneven: elements are in 1 to 2 windows, a checkerboard" in up


def test_two_axes() -> None:
    result = run("conv", "7x9", "-k", "3x1")
    assert result.stdout.startswith("7x9 -> 5x9\n")
    data = json.loads(run("conv", "7x9", "-k", "3x1", "--json").stdout)
    assert [axis["top"] for axis in data["axes"]] == [5, 9]
    assert data["axes"][0]["windows"][0] == [0, 1, 2]


def test_the_windows_that_make_a_size() -> None:
    result = run("conv", "56", "--to", "28", "--kernel", "3")
    assert result.stdout.splitlines()[1].split()[:4] == ["3", "2", "1", "1"]
    assert run("conv", "5", "--to", "99", "-s", "1").exit_code == 1
    assert run("conv", "5x6", "--to", "3").exit_code == 2


def test_a_1x1_is_explained_as_a_matrix_product(tmp_path: Path) -> None:
    out = tmp_path / "pixel.svg"
    options = ["--kernel", "1", "--channels", "128", "--num-output", "1", "--svg", str(out)]
    result = run("conv", "500", *options)
    assert "a 1x1 Convolution: (128, 500, 500) -> (1, 500, 500)" in result.stdout
    assert "250,000 * 128 = 32,000,000 (32.0 M)" in result.stdout
    words = [element.text for element in ElementTree.parse(out).iter(f"{SVG}text")]
    assert "W: 1 x 128" in words
    assert "128 x 500 x 500" in words


def test_rejected_and_incomplete() -> None:
    rejected = run("conv", "3", "-k", "5")
    assert rejected.exit_code == 1
    assert "kernel 5 does not fit size 3" in rejected.stderr
    assert run("conv", "3").exit_code == 2
    assert run("conv", "3", "-k", "1", "--channels", "3").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "windows"),
    [
        (["pool", "5", "-k", "2", "-s", "2"], 3),
        (["pool", "7x9", "-k", "3x2", "-s", "2", "-p", "1x0", "--pool", "AVE"], 4 + 5),
        (["conv", "9", "-k", "3", "-d", "2"], 5),
        (["conv", "3", "-k", "4", "-s", "2", "--deconvolution"], 3),
        (["conv", "1000000x1", "-k", "1000x1"], 60 + 1),
    ],
)
def test_windows_as_svg(tmp_path: Path, arguments: list[str], windows: int) -> None:
    out = tmp_path / "windows.svg"
    result = run(*arguments, "--svg", str(out))
    assert result.exit_code == 0
    words = [element.text or "" for element in ElementTree.parse(out).iter(f"{SVG}text")]
    assert sum(word.startswith("window ") for word in words) == windows
    assert run(*arguments, "--svg", "-").stdout.startswith("<svg")


def test_pool_draws_one_size() -> None:
    result = run("pool", "5", "6", "-k", "2", "--svg", "x.svg")
    assert result.exit_code == 2
    assert "--svg draws one SIZE" in result.stderr
