"""Measure several subjects in turn, round by round, so that a busy machine slows all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

__all__ = ["in_turn", "ratio", "table", "timed"]


def timed(
    run: Callable[[], Any], check: Callable[[Any], object] | None = None
) -> Callable[[], float]:
    """A subject that returns the seconds that ``run`` took; checking the result is not timed."""

    def seconds() -> float:
        gc.collect()
        start = time.perf_counter()
        made = run()
        taken = time.perf_counter() - start
        if check is not None:
            check(made)
        return taken

    return seconds


def in_turn(subjects: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each subject in each round; a first round does not count."""
    taken: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds + 1):
        for name, seconds in subjects.items():
            taken[name].append(seconds())
    return {name: times[1:] for name, times in taken.items()}


def table(taken: dict[str, list[float]], scale: float) -> None:
    """Print the median and the least of each subject, in seconds times ``scale``."""
    width = max(map(len, taken))
    print(f"{'':{width}} {'median':>8} {'least':>8}")
    for name, times in taken.items():
        print(f"{name:{width}} {statistics.median(times) * scale:8.2f} {min(times) * scale:8.2f}")


def ratio(taken: dict[str, list[float]], ours: str, theirs: str, wanted: str = "") -> None:
    """Print our time divided by theirs, if both were measured."""
    if ours in taken and theirs in taken:
        median = statistics.median(a / b for a, b in zip(taken[ours], taken[theirs]))
        least = min(taken[ours]) / min(taken[theirs])
        print(f"{ours} / {theirs}: {median:.2f} (median of rounds), {least:.2f} (of the least)"
              + (f"; target: {wanted}" if wanted else ""))  # fmt: skip
