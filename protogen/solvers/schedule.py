"""The learning rate at an iteration, bit by bit as Caffe computes it.

Caffe computes in 32-bit floats, but C++ promotes the power of a float and an integer to a double.
So the rates of step, exp and multistep are products in double precision, rounded once, and those of
inv, poly and sigmoid are rounded after each operation.
(source: ``SGDSolver<float>::GetLearningRate``, and 2,800 rates of a real Caffe)
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protogen.proto import SolverParameter

__all__ = ["POLICIES", "learning_rate", "rate_changes"]


def learning_rate(solver: SolverParameter, iteration: int) -> float:
    """The learning rate of an iteration, which counts from 0; NaN where Caffe computes NaN.

    Raises `ValueError` for an unknown policy or a ``stepsize`` that Caffe rejects.
    """
    policy = solver.lr_policy
    if not policy:
        raise ValueError("lr_policy is missing")
    rate = POLICIES.get(policy)
    if rate is None:
        raise ValueError(f'unknown lr_policy "{policy}"')
    return _float(rate(solver, iteration))


def rate_changes(solver: SolverParameter) -> list[int] | None:
    """The iterations before ``max_iter`` at which the rate steps; ``None`` if it always changes."""
    if solver.lr_policy == "fixed":
        return []
    # Caffe rejects a stepsize of 0 or less when it computes the first rate.
    if solver.lr_policy == "step" and solver.stepsize > 0:
        return list(range(solver.stepsize, solver.max_iter, solver.stepsize))
    if solver.lr_policy == "multistep":
        # They are in order, so those that training does not reach are at the end.
        starts = _step_starts(solver)
        return starts[: bisect_left(starts, solver.max_iter)]
    return None


def _step_starts(solver: SolverParameter) -> list[int]:
    """The iterations at which multistep steps.

    Caffe compares each iteration with one ``stepvalue`` only. So a value that is not greater than
    the previous one takes effect one iteration after that.
    """
    starts: list[int] = []
    earliest = 0
    for value in solver.stepvalue:
        start = max(value, earliest)
        starts.append(start)
        earliest = start + 1
    return starts


# The policies ------------------------------------------------------------------------------------


def _fixed(solver: SolverParameter, iteration: int) -> float:
    return solver.base_lr


def _step(solver: SolverParameter, iteration: int) -> float:
    if solver.stepsize <= 0:
        raise ValueError(f"stepsize must be greater than 0, got {solver.stepsize}")
    # Caffe divides two ints, so that the rate steps.
    return solver.base_lr * _power(solver.gamma, iteration // solver.stepsize)


def _exp(solver: SolverParameter, iteration: int) -> float:
    return solver.base_lr * _power(solver.gamma, iteration)


def _multistep(solver: SolverParameter, iteration: int) -> float:
    steps = bisect_right(_step_starts(solver), iteration)
    return solver.base_lr * _power(solver.gamma, steps)


def _inv(solver: SolverParameter, iteration: int) -> float:
    # All operands are floats here, and each operation rounds.
    base = _float(1 + _float(solver.gamma * _float(iteration)))
    return solver.base_lr * _float(_power(base, -solver.power))


def _poly(solver: SolverParameter, iteration: int) -> float:
    # Beyond max_iter the base is negative, and most powers of that are NaN.
    done = _divided(_float(iteration), _float(solver.max_iter))
    left = _float(1 - done)
    return solver.base_lr * _float(_power(left, solver.power))


def _sigmoid(solver: SolverParameter, iteration: int) -> float:
    if solver.stepsize <= 0:
        raise ValueError(f"stepsize must be greater than 0, got {solver.stepsize}")
    late = _float(iteration - solver.stepsize)
    exponent = _float(-solver.gamma * late)
    try:
        grown = _float(math.exp(exponent))
    except OverflowError:
        # C++ goes on with infinity, and the rate is 0.
        grown = math.inf
    return solver.base_lr * _float(1 / _float(1 + grown))


#: The policies of BVLC Caffe.
POLICIES: dict[str, Callable[[SolverParameter, int], float]] = {
    "exp": _exp,
    "fixed": _fixed,
    "inv": _inv,
    "multistep": _multistep,
    "poly": _poly,
    "sigmoid": _sigmoid,
    "step": _step,
}


# Numbers as in C++ -------------------------------------------------------------------------------


def _float(value: float) -> float:
    """The nearest 32-bit float."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _power(base: float, exponent: float) -> float:
    """``std::pow``: infinite or NaN where Python raises an error."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        # The base is negative, or it is 0 and the power is negative.
        if base == 0:
            return math.inf
        return math.nan


def _divided(value: float, other: float) -> float:
    """A quotient as in C++: infinite or NaN if the divisor is 0."""
    if other:
        return _float(value / other)
    if value == 0:
        return math.nan
    return math.inf
