"""A pooling, axis by axis: as text, and as data for scripts."""

from __future__ import annotations

from collections.abc import Sequence

from protogen.render.table import Table, plain
from protogen.render.windows import draw, formula
from protogen.reports.pooling import Axis, framework_sizes

__all__ = ["data", "text"]


def text(axes: Sequence[Axis], pool: str) -> str:
    """The size of the top, its formula, the windows, and the size in other frameworks.

    Axes that are alike are shown once.
    """
    height, width = axes
    # A square image and a square window are the usual case.
    if _settings(height) == _settings(width):
        return _axis_text(height, pool, title="")
    sizes = f"{height.size}x{width.size} -> {height.pooled}x{width.pooled}"
    sections = [_axis_text(axis, pool, title=f"{axis.name}: ") for axis in axes]
    return "\n\n".join([sizes, *sections])


def _settings(axis: Axis) -> tuple[int, int, int, int]:
    return axis.size, axis.kernel, axis.stride, axis.pad


def _axis_text(axis: Axis, pool: str, title: str) -> str:
    settings = f"{pool}, kernel {axis.kernel}, stride {axis.stride}, pad {axis.pad}"
    frameworks = plain(_frameworks_table(axis))
    return "\n".join(
        [
            f"{title}{axis.size} -> {axis.pooled}  ({settings})",
            f"  {formula(axis)}",
            "",
            *_indented(draw(axis, pool)),
            "",
            *_indented(frameworks.split("\n")),
        ]
    )


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _frameworks_table(axis: Axis) -> Table:
    rows = []
    for row in framework_sizes(axis):
        size = "rejected" if row.size is None else str(row.size)
        rows.append((size, row.framework, row.option, row.note))
    return Table(("size", "framework", "option", ""), rows, right=(0,))


def data(axes: Sequence[Axis], pool: str, round_mode: str) -> dict[str, object]:
    """The pooling for scripts."""
    return {"pool": pool, "round_mode": round_mode, "axes": [_axis_data(axis) for axis in axes]}


def _axis_data(axis: Axis) -> dict[str, object]:
    windows = []
    empty = 0
    for window in axis.windows():
        windows.append({**window._asdict(), "kind": window.kind})
        if window.kind == "empty":
            empty += 1
    return {
        "axis": axis.name,
        "size": axis.size,
        "kernel": axis.kernel,
        "stride": axis.stride,
        "pad": axis.pad,
        "pooled": axis.pooled,
        "formula": formula(axis),
        "empty_windows": empty,
        "windows": windows,
        "elsewhere": [row._asdict() for row in framework_sizes(axis)],
    }
