"""``protogen sizes`` as it is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands

MISMATCHES = Path(__file__).parent.parent / "checks" / "mismatches"
SSD = str(MISMATCHES / "ssd.prototxt")


def sizes(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(commands, ["sizes", *arguments], input=text)


def test_a_net_that_is_rejected() -> None:
    # pool3 halves a quarter of the image, which has to be even then: three sizes of eight round
    # up to it.
    result = sizes(SSD, "--range", "297:320")
    assert result.stdout == (
        '"data": 300x300, which Caffe rejects\n'
        "nearest legal size: 301x301\n"
        "nearest exact size: 304x304\n"
        "\n"
        "height and width, from 297 to 320\n"
        "  legal  301-304, 309-312, 317-320\n"
        "  exact  304, 312, 320\n"
    )
    assert result.exit_code == 1


def test_sizes_at_equal_distances() -> None:
    result = sizes(SSD, "--range", "200:600")
    assert "\n  legal  200, 205-208, ... 597-600 (every 8)\n" in result.stdout
    assert "\n  exact  200, 208, ... 600 (every 8)\n" in result.stdout


def test_json() -> None:
    data = json.loads(sizes(SSD, "--range", "300:305", "--json").stdout)
    assert data == {
        "images": ["data"],
        "present": [300, 300],
        "accepted": False,
        "range": [300, 305],
        "together": "",
        "nearest_legal": [301, 301],
        "nearest_exact": [304, 304],
        "axes": [
            {"axis": "height", "legal": [301, 302, 303, 304], "exact": [304]},
            {"axis": "width", "legal": [301, 302, 303, 304], "exact": [304]},
        ],
    }


RESHAPED = """
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 1 dim: 3 dim: 12 dim: 16 } } }
layer { name: "cut" type: "Reshape" bottom: "data" top: "cut"
        reshape_param { shape { dim: 0 dim: -1 dim: 32 } } }
"""


def test_height_and_width_together() -> None:
    result = sizes("-", "--range", "10:17", text=RESHAPED)
    assert result.exit_code == 0
    assert 'height and width are not independent: layer "cut" uses both\n' in result.stdout
    assert "\nheight (width 16), from 10 to 17\n  legal  10, 12, 14, 16\n" in result.stdout
    assert "\nwidth (height 12) and both, from 10 to 17\n  legal  16\n" in result.stdout


def test_a_file_that_is_not_a_net_is_reported_and_nothing_more() -> None:
    result = sizes("-", text='base_lr: 0.1 max_iter: 3 net: "a.prototxt"')
    assert (result.exit_code, result.stdout) == (1, "")
    assert "expected a net, got a solver" in result.stderr
    assert "has no images" not in result.stderr


def test_a_net_without_images() -> None:
    text = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 } } }'
    result = sizes("-", text=text)
    assert result.exit_code == 1
    assert "has no images" in result.stderr


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("200", 'expected a range like 200:700, got "200"'),
        ("a:b", 'expected a range like 200:700, got "a:b"'),
        ("300:200", "300:200 is empty: 200 is less than 300"),
        ("0:9", "a range must start at 1 or more, got 0:9"),
        ("1:99999999", "has more than 10000 sizes"),
    ],
)
def test_an_invalid_range(given: str, message: str) -> None:
    result = sizes(SSD, "--range", given)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_file_that_does_not_exist() -> None:
    result = sizes("no_such.prototxt")
    assert result.exit_code == 2
    assert "no_such.prototxt cannot be read" in result.stderr
