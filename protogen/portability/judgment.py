"""The answer of one target about one net."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from protogen.diagnostics import Diagnostic
from protogen.graph import Step
from protogen.rules import named
from protogen.targets import Effect, Target

__all__ = ["VERDICTS", "Judgment", "Verdict", "finding", "judgment", "no_net"]

Verdict = Literal["refused", "fails later", "computes otherwise", "runs", "empty", "no input"]
VERDICTS: tuple[Verdict, ...] = (
    "refused",
    "fails later",
    "empty",
    "no input",
    "computes otherwise",
    "runs",
)

_RULES: dict[Effect, str] = {
    "refuses": "target-refuses",
    "fails later": "target-fails-later",
    "computes otherwise": "target-computes-otherwise",
    "slow path": "target-slow-path",
    "ignores": "target-ignores",
}
#: The verdicts that follow from findings, by their rules; the first that applies counts.
_BY_RULE: dict[str, Verdict] = {
    "target-refuses": "refused",
    "target-fails-later": "fails later",
    "target-computes-otherwise": "computes otherwise",
}


@dataclass(frozen=True)
class Judgment:
    """What a target does with a net, in a word, and the findings that say why.

    The verdict is one of ``VERDICTS``: the file does not load (*refused*); it loads and a layer
    cannot be built or run (*fails later*); it has no layers (*empty*) or no input of known shape
    (*no input*); its results differ from Caffe's (*computes otherwise*); or it *runs*.
    """

    target: Target
    verdict: Verdict
    diagnostics: tuple[Diagnostic, ...]


def judgment(
    target: Target, diagnostics: Iterable[Diagnostic], verdict: Verdict | None = None
) -> Judgment:
    """A judgment with the verdict that follows from its findings, unless one is given."""
    found = tuple(diagnostics)
    return Judgment(target, verdict or _worst(found), found)


def _worst(diagnostics: Iterable[Diagnostic]) -> Verdict:
    rules = {each.name for each in diagnostics}
    # "ignores" and "slow path" do not change what comes out, so the net still runs.
    for rule, verdict in _BY_RULE.items():
        if rule in rules:
            return verdict
    return "runs"


def finding(
    target: Target, effect: Effect, step: Step | None, message: str, **about: Any
) -> Diagnostic:
    """A finding about a layer, or about the net: "OpenCV 4 fails later: ..."."""
    rule = named(_RULES[effect])
    message = f"{target.title} {message}"
    if step is None:
        return rule.diagnostic(message, **about)
    return rule.diagnostic(
        message,
        layer=step.name,
        type=step.type,
        layer_index=step.index,
        **about,
    )


def no_net(target: Target, message: str, **about: Any) -> Diagnostic:
    """A finding about a file that the target loads, but that is nothing to run."""
    return named("target-no-net").diagnostic(f"{target.title} {message}", **about)
