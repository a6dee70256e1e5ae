"""The sizes of images that a net accepts: as text, and as data for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from protogen.diagnostics import one_line
from protogen.reports.sizes import Sizes

__all__ = ["data", "text"]

#: Up to this many ranges are listed one by one, even if they are evenly spaced.
_LISTED = 4


def text(report: Sizes, sizes: range) -> str:
    """The report for people. ``sizes`` are those that were tried."""
    images = " and ".join([f'"{name}"' for name in report.images])
    lines = [f"{images}: {_present(report)}"]
    if report.together:
        lines.append(f'height and width are not independent: layer "{report.together}" uses both')
    if report.present is not None:
        lines.append(f"nearest legal size: {_nearest(report.nearest)}")
        lines.append(f"nearest exact size: {_nearest(report.nearest_exact)}")
    # Axes with the same ranges are shown once.
    axes: dict[tuple[str, str], list[str]] = {}
    for axis in report.axes:
        ranges = (_ranges(axis.legal, sizes), _ranges(axis.exact, sizes))
        axes.setdefault(ranges, []).append(axis.name)
    for (legal, exact), names in axes.items():
        lines += [
            "",
            f"{' and '.join(names)}, from {sizes[0]} to {sizes[-1]}",
            f"  legal  {legal}",
            f"  exact  {exact}",
        ]
    return "\n".join(map(one_line, lines))


def _present(report: Sizes) -> str:
    if report.present is None:
        return "unknown size; give it with --input"
    verdict = "accepts"
    if report.rejected:
        verdict = "rejects"
    return f"{_size(report.present)}, which Caffe {verdict}"


def _nearest(size: tuple[int, int] | None) -> str:
    if size is None:
        return "none nearby"
    return _size(size)


def _size(size: tuple[int, int]) -> str:
    height, width = size
    return f"{height}x{width}"


def _ranges(accepted: Sequence[int], sizes: range) -> str:
    """Sizes with neighbors joined: ``203-204, 235-236, ... 683-684 (every 32)``."""
    if len(accepted) == len(sizes):
        return "all"
    if not accepted:
        return "none"
    ranges = _joined(accepted)
    shown = [_range(first, last) for first, last in ranges]
    distance = _distance(ranges)
    # A net that halves an image five times accepts hundreds of ranges, 32 apart.
    if len(ranges) > _LISTED and distance:
        shown = [*shown[:2], f"... {shown[-1]} (every {distance})"]
    return ", ".join(shown)


def _range(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first}-{last}"


def _joined(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last size of each run of neighbors."""
    runs: list[tuple[int, int]] = []
    for size in sizes:
        if runs and size == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], size)
        else:
            runs.append((size, size))
    return runs


def _distance(ranges: Sequence[tuple[int, int]]) -> int:
    """The distance between neighboring ranges if it is the same for all, else 0."""
    # The sizes that were tried may begin inside the first range and end inside the last one. So
    # only the end of the first range counts, and only the start of the last one.
    starts = [first for first, _ in ranges[1:]]
    ends = [last for _, last in ranges[:-1]]
    distances = _differences(starts) | _differences(ends)
    if len(distances) != 1:
        return 0
    return distances.pop()


def _differences(numbers: Sequence[int]) -> set[int]:
    return {later - earlier for earlier, later in pairwise(numbers)}


def data(report: Sizes, sizes: range) -> dict[str, object]:
    """The report for scripts."""
    axes = []
    for axis in report.axes:
        axes.append({"axis": axis.name, "legal": axis.legal, "exact": axis.exact})
    return {
        "images": report.images,
        "present": report.present,
        "accepted": not report.rejected,
        "range": [sizes[0], sizes[-1]],
        "together": report.together,
        "nearest_legal": report.nearest,
        "nearest_exact": report.nearest_exact,
        "axes": axes,
    }
