"""The learning rate of a solver: where it changes, and at iterations along the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protogen.solvers.schedule import learning_rate, rate_changes

if TYPE_CHECKING:
    from protogen.proto import SolverParameter

__all__ = ["LearningRates", "learning_rates"]

#: The number of rows for a rate that changes in every iteration.
_ROWS = 10
#: The most rows for a rate that steps.
_STEPS = 40


@dataclass(frozen=True)
class LearningRates:
    """Iterations with their rates.

    ``stepped`` is whether the rate stays the same from one row to the next; ``curve`` are rates
    that are evenly spaced from the first iteration to the last.
    """

    policy: str
    max_iter: int
    rows: tuple[tuple[int, float], ...]
    stepped: bool
    curve: tuple[float, ...]


def learning_rates(
    solver: SolverParameter, iterations: Sequence[int] = (), points: int = 60
) -> LearningRates:
    """The rates at these iterations, or where the rate changes; ``points`` are those of the curve.

    Raises `ValueError` as `learning_rate` does.
    """
    last = max(solver.max_iter - 1, 0)
    chosen = list(iterations)
    stepped = False
    if not chosen:
        chosen, stepped = _shown_iterations(solver, last)
    curve = _evenly(last, points)
    return LearningRates(
        solver.lr_policy,
        solver.max_iter,
        tuple((each, learning_rate(solver, each)) for each in chosen),
        stepped,
        tuple(learning_rate(solver, each) for each in curve),
    )


def _shown_iterations(solver: SolverParameter, last: int) -> tuple[list[int], bool]:
    """The iterations to show, and whether these are all those at which the rate changes."""
    changes = rate_changes(solver)
    # A rate with steps is given by the iterations at which it changes.
    if changes is not None and len(changes) < _STEPS:
        return [0, *changes], True
    # Of a short training, the same iteration may come twice.
    rows = dict.fromkeys(_evenly(last, _ROWS + 1))
    return list(rows), False


def _evenly(last: int, number: int) -> list[int]:
    """Iterations from 0 to the last one, about the same distance apart."""
    return [round(last * index / (number - 1)) for index in range(number)]
