from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._rule import Rule, rule
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity, did_you_mean

_TYPES = ("SGD", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam")


@rule
class SolverType(Rule):
    """A solver type that Caffe does not know, or values that it refuses.

    **What it does.** Looks up ``type``, and checks ``momentum`` and ``rms_decay`` as Caffe does.

    **Why it is bad.** Caffe dies of an unknown type, of any ``momentum`` for AdaGrad and RMSProp,
    and of an ``rms_decay`` for RMSProp that is not in [0, 1).

    **Example.** ``type: "RMSProp"  momentum: 0.9``.

    **Mended.** ``type: "RMSProp"  rms_decay: 0.98``, without momentum.
    """

    code, name, severity = "V105", "solver-type", Severity.ERROR

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        message = solver.message
        if message.type not in _TYPES:
            known = did_you_mean(message.type, _TYPES) or f"it is one of {', '.join(_TYPES)}"
            yield self.found(None, f'type "{message.type}" is not known', field="type", hint=known)
        if message.type in ("AdaGrad", "RMSProp") and message.momentum:
            yield self.found(
                None,
                f"{message.type} takes no momentum, and {message.momentum:g} is given",
                field="momentum",
                hint="leave momentum out",
            )
        if message.type == "RMSProp" and not 0 <= message.rms_decay < 1:
            yield self.found(
                None,
                f"rms_decay is {message.rms_decay:g}; it has to be at least 0 and below 1",
                field="rms_decay",
            )
