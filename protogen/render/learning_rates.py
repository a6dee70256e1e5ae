"""Learning rates: as a table with a drawing, and as data for scripts."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import NamedTuple

from protogen.render.table import Table, plain
from protogen.reports.learning_rates import LearningRates

__all__ = ["data", "format_rate", "text"]

#: The rows of the drawing.
_HEIGHT = 8
#: The policies that multiply the rate repeatedly. They are drawn on a logarithmic scale if the
#: greatest rate is more than ``_WIDE`` times the least.
_MULTIPLIED, _WIDE = ("exp", "multistep", "step"), 20


def format_rate(rate: float) -> str:
    """The fewest digits that give the same 32-bit float."""
    if not math.isfinite(rate):
        return str(rate)
    for digits in range(1, 10):
        text = f"{rate:.{digits}g}"
        # Caffe computes with 32 bits, so 0.1 is not exactly 0.1.
        if struct.pack("f", float(text)) == struct.pack("f", rate):
            return text
    return f"{rate:.9g}"


def text(report: LearningRates) -> str:
    """The table, and below it the curve."""
    lines = [_table(report)]
    drawing = _drawing(report)
    if drawing:
        lines += ["", *drawing]
    return "\n".join(lines)


def _table(report: LearningRates) -> str:
    """The rates: a row for each range of iterations, or for single ones if all rates differ."""
    if not report.stepped:
        at = [(str(iteration), format_rate(rate)) for iteration, rate in report.rows]
        return plain(Table(("iteration", "learning rate"), at, right=(0,)))
    rows = []
    # A range ends where the next one begins.
    ends = [iteration for iteration, _ in report.rows[1:]] + [report.max_iter]
    for (first, rate), end in zip(report.rows, ends):
        rows.append((str(first), str(max(end - 1, first)), format_rate(rate)))
    return plain(Table(("from", "to", "learning rate"), rows, right=(0, 1)))


class _Scale(NamedTuple):
    """The vertical axis of the drawing, from the least rate to the greatest."""

    least: float
    most: float
    logarithmic: bool

    def row(self, rate: float) -> int | None:
        """The row of a rate, counted from the top; ``None`` if it has no place on the axis."""
        if not math.isfinite(rate):
            return None
        if self.logarithmic:
            # A gamma of 0, or many steps, leaves 0, which has no logarithm.
            if rate <= 0:
                return None
            height = math.log(rate / self.least) / math.log(self.most / self.least)
        else:
            height = (rate - self.least) / (self.most - self.least)
        return _HEIGHT - 1 - round(height * (_HEIGHT - 1))


def _scale(report: LearningRates) -> _Scale | None:
    """The scale of the curve; ``None`` if the curve is flat."""
    # Caffe may compute NaN or infinity, which are nowhere on a curve.
    finite = list(filter(math.isfinite, report.curve))
    if not finite:
        return None
    least, most = min(finite), max(finite)
    if least == most:
        return None
    # What is multiplied again and again is a line on a logarithmic scale.
    if report.policy not in _MULTIPLIED:
        return _Scale(least, most, logarithmic=False)
    smallest = _smallest_positive(finite)
    is_wide = smallest > 0 and most > _WIDE * smallest
    if is_wide:
        return _Scale(smallest, most, logarithmic=True)
    return _Scale(least, most, logarithmic=False)


def _smallest_positive(rates: Sequence[float]) -> float:
    """The smallest of the rates above 0, which have a logarithm; 0 if none is."""
    positive = []
    for rate in rates:
        if rate > 0:
            positive.append(rate)
    return min(positive, default=0.0)


def _drawing(report: LearningRates) -> list[str]:
    """The curve in characters, with the rates and iterations at its edges, unless it is flat."""
    scale = _scale(report)
    if scale is None:
        return []
    columns = len(report.curve)
    grid = [[" "] * columns for _ in range(_HEIGHT)]
    for column, rate in enumerate(report.curve):
        row = scale.row(rate)
        if row is not None:
            grid[row][column] = "*"
    labels = [format(scale.most, ".3g"), *[""] * (_HEIGHT - 2), format(scale.least, ".3g")]
    width = max(map(len, labels))
    lines = []
    for label, cells in zip(labels, grid):
        lines.append(f"{label:>{width}} |{''.join(cells)}".rstrip())
    margin = " " * width
    last = str(report.max_iter - 1)
    lines.append(f"{margin} +{'-' * columns}")
    lines.append(f"{margin}  0{last.rjust(columns - 1)}")
    if scale.logarithmic:
        lines.append(f"{margin}  (logarithmic)")
    return lines


def data(report: LearningRates) -> dict[str, object]:
    """The fields of the report for scripts."""
    rates = []
    for iteration, rate in report.rows:
        # JSON has no NaN and no infinity.
        value = float(format_rate(rate)) if math.isfinite(rate) else None
        rates.append({"iteration": iteration, "learning_rate": value})
    return {"lr_policy": report.policy, "max_iter": report.max_iter, "rates": rates}
