"""Learning rates: as a table with a drawing, and as data for scripts."""

from __future__ import annotations

import math
import struct

from protogen.render.table import Table, plain
from protogen.reports.learning_rates import LearningRates

__all__ = ["data", "format_rate", "text"]

#: The rows of the drawing.
_HEIGHT = 8
#: The policies that multiply the rate again and again, and the quotient of the greatest and the
#: least rate from which they are drawn on a logarithmic scale.
_MULTIPLIED, _LOGARITHMIC = ("exp", "multistep", "step"), 20


def format_rate(rate: float) -> str:
    """The fewest digits that give the same 32-bit float."""
    if not math.isfinite(rate):
        return str(rate)
    for digits in range(1, 10):
        text = f"{rate:.{digits}g}"
        if struct.pack("f", float(text)) == struct.pack("f", rate):
            return text
    return f"{rate:.9g}"


def text(report: LearningRates) -> str:
    """The table, and below it the curve."""
    drawing = _drawing(report)
    return "\n".join([_table(report), *([""] if drawing else []), *drawing])


def _table(report: LearningRates) -> str:
    if not report.stepped:
        at = [(str(iteration), format_rate(rate)) for iteration, rate in report.rows]
        return plain(Table(("iteration", "learning rate"), at, right=(0,)))
    rows = []
    ends = [iteration for iteration, _ in report.rows[1:]] + [report.max_iter]
    for (first, rate), end in zip(report.rows, ends):
        rows.append((str(first), str(max(end - 1, first)), format_rate(rate)))
    return plain(Table(("from", "to", "learning rate"), rows, right=(0, 1)))


def _drawing(report: LearningRates) -> list[str]:
    """The curve in characters, with the rates and iterations at its edges, unless it is flat."""
    finite = [rate for rate in report.curve if math.isfinite(rate)]
    if not finite or min(finite) == max(finite):
        return []
    least, most = min(finite), max(finite)
    positive = [rate for rate in finite if rate > 0] or [most]
    logarithmic = report.policy in _MULTIPLIED and most / min(positive) > _LOGARITHMIC
    if logarithmic:
        least = min(positive)
    grid = [[" "] * len(report.curve) for _ in range(_HEIGHT)]
    for column, rate in enumerate(report.curve):
        if math.isfinite(rate) and (rate > 0 or not logarithmic):
            height = _position(rate, least, most, logarithmic)
            grid[_HEIGHT - 1 - round(height * (_HEIGHT - 1))][column] = "*"
    labels = [format(most, ".3g"), *[""] * (_HEIGHT - 2), format(least, ".3g")]
    width = max(map(len, labels))
    lines = [f"{label:>{width}} |{''.join(row)}" for label, row in zip(labels, grid)]
    lines = [line.rstrip() for line in lines]
    last = str(report.max_iter - 1)
    lines.append(" " * width + " +" + "-" * len(report.curve))
    lines.append(" " * (width + 2) + "0" + last.rjust(len(report.curve) - 1))
    if logarithmic:
        lines.append(" " * (width + 2) + "(logarithmic)")
    return lines


def _position(rate: float, least: float, most: float, logarithmic: bool) -> float:
    """Where a rate is between the least and the most: 0 to 1."""
    if logarithmic:
        return math.log(rate / least) / math.log(most / least)
    return (rate - least) / (most - least)


def data(report: LearningRates) -> dict[str, object]:
    """The fields of the report for scripts."""
    rates = []
    for iteration, rate in report.rows:
        # JSON has no NaN and no infinity.
        value = float(format_rate(rate)) if math.isfinite(rate) else None
        rates.append({"iteration": iteration, "learning_rate": value})
    return {"lr_policy": report.policy, "max_iter": report.max_iter, "rates": rates}
