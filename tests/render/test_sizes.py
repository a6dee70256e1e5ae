"""Ranges of sizes as text."""

from __future__ import annotations

import dataclasses

import pytest

from protogen.render.sizes import data, text
from protogen.reports.sizes import AxisSizes, Sizes


def report(*axes: AxisSizes, together: str = "") -> Sizes:
    return Sizes(
        images=("data",),
        present=(227, 227),
        rejected=True,
        together=together,
        axes=axes,
        nearest=(228, 228),
        nearest_exact=None,
    )


TRIED = range(1, 41)


@pytest.mark.parametrize(
    ("legal", "shown"),
    [
        (TRIED, "all"),
        ((), "none"),
        ((5,), "5"),
        ((5, 6, 7, 9), "5-7, 9"),
        # Four ranges are listed, even if they are evenly spaced; five are not.
        ((5, 10, 15, 20), "5, 10, 15, 20"),
        ((5, 10, 15, 20, 25), "5, 10, ... 25 (every 5)"),
        ((5, 10, 15, 20, 26), "5, 10, 15, 20, 26"),
        # The sizes that were tried begin inside the first range and end inside the last one.
        ((1, 4, 5, 8, 9, 12, 13, 16, 17, 20), "1, 4-5, ... 20 (every 4)"),
    ],
)
def test_ranges(legal: tuple[int, ...], shown: str) -> None:
    lines = text(report(AxisSizes("height", tuple(legal), ())), TRIED).split("\n")
    assert lines[-3:] == ["height, from 1 to 40", f"  legal  {shown}", "  exact  none"]


def test_the_sizes_of_the_net() -> None:
    same = ((5,), (5,))
    shown = text(report(AxisSizes("height", *same), AxisSizes("width", *same)), TRIED)
    assert shown == (
        '"data": 227x227, which Caffe rejects\n'
        "nearest legal size: 228x228\n"
        "nearest exact size: none nearby\n"
        "\n"
        "height and width, from 1 to 40\n"
        "  legal  5\n"
        "  exact  5"
    )


def test_a_layer_that_depends_on_both() -> None:
    shown = text(report(AxisSizes("both", (5,), ()), together="flat"), TRIED)
    assert 'height and width are not independent: layer "flat" uses both\n' in shown


def test_data_for_scripts() -> None:
    shown = data(report(AxisSizes("height", (5, 6), (6,))), TRIED)
    assert shown == {
        "images": ("data",),
        "present": (227, 227),
        "accepted": False,
        "range": [1, 40],
        "together": "",
        "nearest_legal": (228, 228),
        "nearest_exact": None,
        "axes": [{"axis": "height", "legal": (5, 6), "exact": (6,)}],
    }


def test_a_name_with_control_characters() -> None:
    images = dataclasses.replace(report(), images=("da\n\033[2Jta",))
    assert text(images, TRIED).startswith(r'"da\n\x1b[2Jta": 227x227, which Caffe rejects')
