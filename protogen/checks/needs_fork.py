from __future__ import annotations

from collections.abc import Iterator, Sequence

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._solver import SolverFile
from protogen.diagnostics import Diagnostic, Severity
from protogen.forks import CONVERTERS, ForkPart, common_forks, fork_parts, target_forks
from protogen.graph import Step
from protogen.rules import Rule


@register
class NeedsFork(Check):
    rule = Rule(
        code="F103",
        name="needs-fork",
        severity=Severity.WARNING,
        summary="A net or solver that BVLC Caffe rejects, because only forks can read it.",
        what="""
            Finds nets and solvers with layer types, fields or enum values that BVLC Caffe does not
            have, and lists the forks that have all of them. There is one warning for each file;
            `fork-field` has a note for each field.
            """,
        why="""
            BVLC Caffe cannot parse a file with an unknown field, and aborts on an unknown layer
            type. So does a fork that has only some of them.
            """,
        fix="""
            No change is needed if the net is for one of these forks: ignore the rule in your
            settings. Otherwise, use what BVLC Caffe has instead.
            """,
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 512 dim: 38 dim: 38 } }
            }
            layer {
              name: "norm" type: "Normalize" bottom: "data" top: "norm"
              norm_param { across_spatial: false }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 512 dim: 38 dim: 38 } }
            }
            layer {
              name: "norm" type: "LRN" bottom: "data" top: "norm"
              lrn_param { local_size: 5 }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        parts: dict[str, tuple[Step | None, ForkPart]] = {}
        for step, part in phases.fork_parts:
            parts.setdefault(part.what, (step, part))
        if parts:
            first, part = next(iter(parts.values()))
            every = [each for _, each in parts.values()]
            forks = common_forks(each.forks for each in every)
            if CONVERTERS.issuperset(forks):
                forks = [*target_forks(phases.message), *forks]
            yield self._needed(first, part, every, "net", forks)

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        parts = {part.what: part for part in fork_parts(solver.message)}
        if parts:
            every = list(parts.values())
            forks = common_forks(each.forks for each in every)
            yield self._needed(None, every[0], every, "solver", forks)

    def _needed(
        self,
        step: Step | None,
        first: ForkPart,
        parts: list[ForkPart],
        kind: str,
        forks: list[str],
    ) -> Diagnostic:
        return self.found(
            step,
            f"BVLC Caffe rejects this {kind}, because only forks have {_listed(parts)}",
            field=first.path,
            why=_forks(forks),
        )


def _listed(parts: list[ForkPart]) -> str:
    """Up to three of them, and the number of the others."""
    words = [part.what for part in parts if not part.inner]
    if len(words) > 3:
        return f"{', '.join(words[:3])} and {len(words) - 3} more"
    if len(words) > 1:
        return f"{', '.join(words[:-1])} and {words[-1]}"
    return words[0]


def _forks(every: Sequence[str]) -> str:
    """Which forks the file fits."""
    forks = [fork for fork in every if fork not in CONVERTERS]
    if forks:
        names = ", ".join(forks[:6]) + (" and others" if len(forks) > 6 else "")
        return f"forks that have all of this: {names}"
    if every:
        return f"no fork of Caffe has all of this, only {', '.join(every)}"
    return "no known fork has all of this"
