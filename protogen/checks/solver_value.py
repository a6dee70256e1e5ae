from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Rule, rule
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean


@rule
class SolverValue(Rule):
    """A value in a solver that Caffe refuses, or with which nothing is learnt.

    **What it does.** Checks ``average_loss``, ``iter_size``, ``regularization_type``, ``max_iter``
    and ``base_lr``.

    **Why it is bad.** Caffe dies of an ``average_loss`` below 1, and at the first update of an
    unknown ``regularization_type``; an ``iter_size`` below 1 makes the loss NaN. Without
    ``max_iter`` it trains for 0 iterations, and without ``base_lr`` at a rate of 0 (warnings).

    **Example.** ``regularization_type: "l2"``.

    **Mended.** ``regularization_type: "L2"``.
    """

    code, name, severity = "V108", "solver-value", Severity.ERROR

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        for name in ("average_loss", "iter_size"):
            value = getattr(message, name)
            if value < 1:
                yield self.found(None, f"{name} is {value}; it has to be at least 1", field=name)
        kind = message.regularization_type
        if message.weight_decay and kind not in ("L1", "L2"):
            yield self.found(
                None,
                f'regularization_type "{kind}" is not known',
                field="regularization_type",
                hint=did_you_mean(kind, ("L1", "L2")) or "it is L1 or L2",
            )
        if not solver.given("max_iter"):
            yield self._idle("max_iter is not given, and so 0: no iteration is run", "max_iter")
        if not message.base_lr:
            how = "is 0" if solver.given("base_lr") else "is not given, and so 0"
            yield self._idle(f"base_lr {how}: nothing is learnt", "base_lr")

    def _idle(self, what: str, field: str) -> Diagnostic:
        return self.found(None, what, field=field, severity=Severity.WARNING)
