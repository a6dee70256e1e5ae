from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._solver import SolverFile
from protogen.checks._wiring import in_words
from protogen.diagnostics import Diagnostic, Severity
from protogen.forks import CONVERTERS, ForkPart, common_forks, fork_parts, target_forks
from protogen.graph import Step
from protogen.rules import Rule

#: More forks than these are only mentioned.
_MOST_NAMES = 6


@register
class NeedsFork(Check):
    rule = Rule(
        code="F103",
        name="needs-fork",
        # Not an error: the file is right for the fork that it was written for.
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
        if not phases.fork_parts:
            return
        first = phases.fork_parts[0][0]
        parts = _distinct(part for _, part in phases.fork_parts)
        forks = common_forks(part.forks for part in parts)
        # The schema of a target is complete, so it may cover a net that no single fork covers.
        if CONVERTERS.issuperset(forks):
            forks = [*target_forks(phases.message), *forks]
        yield self._needed(first, parts, "net", forks)

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        # A solver has no layers; its fields and enum values are all that can be a fork's.
        parts = _distinct(fork_parts(solver.message))
        if parts:
            forks = common_forks(part.forks for part in parts)
            yield self._needed(None, parts, "solver", forks)

    def _needed(
        self, step: Step | None, parts: list[ForkPart], kind: str, forks: list[str]
    ) -> Diagnostic:
        return self.found(
            step,
            f"BVLC Caffe rejects this {kind}, because only forks have {_listed(parts)}",
            field=parts[0].path,
            why=_forks(forks),
        )


def _distinct(parts: Iterable[ForkPart]) -> list[ForkPart]:
    """Each type, field or value once, at its first place."""
    first: dict[str, ForkPart] = {}
    for part in parts:
        first.setdefault(part.what, part)
    return list(first.values())


def _listed(parts: list[ForkPart]) -> str:
    """Up to three of them, and the number of the others."""
    # The parameters of a fork's type go without saying.
    words = [part.what for part in parts if not part.inner]
    if len(words) > 3:
        words = [*words[:3], f"{len(words) - 3} more"]
    return in_words(words)


def _forks(every: Sequence[str]) -> str:
    """Which forks the file fits."""
    # A program that only converts nets cannot train this one, as a fork of Caffe can.
    forks = [fork for fork in every if fork not in CONVERTERS]
    if forks:
        names = ", ".join(forks[:_MOST_NAMES])
        if len(forks) > _MOST_NAMES:
            names += " and others"
        return f"forks that have all of this: {names}"
    if every:
        return f"no fork of Caffe has all of this, only {', '.join(every)}"
    return "no known fork has all of this"
