"""Solvers: how a net is trained, with the learning rate at every iteration."""

from __future__ import annotations

from protogen.solvers.presets import PRESETS, Preset
from protogen.solvers.schedule import POLICIES, learning_rate, rate_changes
from protogen.solvers.solver import Solver

__all__ = ["POLICIES", "PRESETS", "Preset", "Solver", "learning_rate", "rate_changes"]
