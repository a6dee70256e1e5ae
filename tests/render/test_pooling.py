"""A pooling as text and as data; every window is counted by hand."""

from __future__ import annotations

from protogen.render.pooling import data, text
from protogen.reports.pooling import pooling_axes


def test_axes_that_are_alike_are_shown_once() -> None:
    shown = text(pooling_axes((5, 5), (2, 2), (2, 2), (0, 0)), "MAX")
    assert shown.startswith("5 -> 3  (MAX, kernel 2, stride 2, pad 0)\n")
    assert "height" not in shown


def test_axes_that_differ_are_shown_below_their_sizes() -> None:
    shown = text(pooling_axes((5, 4), (2, 2), (2, 2), (0, 0)), "MAX")
    first, _, height, *_ = shown.split("\n")
    assert first == "5x4 -> 3x2"
    assert height == "height: 5 -> 3  (MAX, kernel 2, stride 2, pad 0)"
    assert "\n\nwidth: 4 -> 2  (MAX, kernel 2, stride 2, pad 0)\n" in shown


def test_the_data_of_an_axis() -> None:
    # Kernel 1 and stride 3 on 4 rows: windows at 0 and 3, with nothing left over.
    shown = data(pooling_axes((4, 4), (1, 1), (3, 3), (0, 0)), "AVE", "CEIL")
    assert (shown["pool"], shown["round_mode"]) == ("AVE", "CEIL")
    axes = shown["axes"]
    assert isinstance(axes, list)
    assert [axis["axis"] for axis in axes] == ["height", "width"]
    assert axes[0]["pooled"] == 2
    assert axes[0]["empty_windows"] == 0
    assert [window["start"] for window in axes[0]["windows"]] == [0, 3]


def test_the_number_of_empty_windows() -> None:
    # Kernel 1 and stride 2 on 4 rows: (4 - 1) / 2 = 1.5 is rounded up to 2, plus 1. The third
    # window starts at 4, which is past the image.
    shown = data(pooling_axes((4, 4), (1, 1), (2, 2), (0, 0)), "MAX", "CEIL")
    axes = shown["axes"]
    assert isinstance(axes, list)
    assert [axis["empty_windows"] for axis in axes] == [1, 1]
    assert [window["kind"] for window in axes[0]["windows"]] == ["whole", "whole", "empty"]
