"""What a check is, and what it looks at: a net in one state, a net as written, a solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from protogen import layers
from protogen.checks._solver import SolverFile
from protogen.compose.net import Net
from protogen.diagnostics import Diagnostic, Fix, Severity
from protogen.graph import Step, Value
from protogen.inference import Inference
from protogen.rules import Rule
from protogen.rules import register as register_rule
from protogen.schema import Context
from protogen.shapes import Shape

__all__ = ["Check", "Run", "Whole", "checks", "is_loss", "register"]


@dataclass(eq=False)
class Run:
    """A net in one state: what rules about shapes and wiring look at.

    ``inputs`` are the shapes it was told for tops of data layers.
    """

    net: Net
    message: Any
    result: Inference
    inputs: Mapping[str, Sequence[int | None]] = field(default_factory=dict)

    @property
    def phase(self) -> str:
        """TRAIN or TEST."""
        return self.result.state.phase

    @property
    def steps(self) -> list[Step]:
        """The layers that run, in order."""
        return self.result.graph.steps if self.result.graph else []

    @property
    def values(self) -> dict[str, Value]:
        """The last value of each blob."""
        return self.result.graph.values if self.result.graph else {}

    @cached_property
    def facts(self) -> dict[Step, Any]:
        """What inference found of each layer."""
        return dict(zip(self.steps, self.result.facts))

    @cached_property
    def trained(self) -> bool:
        """Whether this is a net being trained: the phase is TRAIN, and there is a loss."""
        return self.phase == "TRAIN" and any(map(is_loss, self.steps))

    @cached_property
    def useful(self) -> set[Step]:
        """The layers a loss depends on, losses among them."""
        found: set[Step] = set()
        for step in reversed(self.steps):
            if is_loss(step) or any(r in found for top in step.tops for r in top.readers):
                found.add(step)
        return found

    def learns(self, step: Step) -> bool:
        """Whether the layer has blobs that a gradient changes; those of BatchNorm are counted."""
        return bool(self.facts[step].blobs) and step.layer.type != "BatchNorm"

    def of_type(self, *types: str) -> Iterator[Step]:
        """The layers of these types."""
        return (step for step in self.steps if step.layer.type in types)

    def context(self, step: Step) -> Context | None:
        """A layer as its schema's rules see it; ``None`` where that cannot be known."""
        schema = layers.find(step.layer.type)
        if schema is None or step.faults:
            return None
        phase = step.layer.phase if step.layer.HasField("phase") else self.result.state.number
        shapes: list[Shape] = [value.shape if value else None for value in step.bottoms]
        return schema.context(step.layer, shapes, len(step.tops), phase, step.in_place)


def is_loss(step: Step) -> bool:
    """Whether the layer counts in the objective."""
    weights = step.layer.loss_weight
    return any(weights) if weights else step.schema is not None and step.schema.loss


@dataclass(eq=False)
class Whole:
    """A net with all the states it was inferred in: what rules about the net as written look at."""

    net: Net
    message: Any
    runs: list[Run]

    @property
    def document(self) -> Any:
        """The text it was read from, or ``None`` if it was composed."""
        return getattr(self.net, "document", None)

    @property
    def trained(self) -> list[Run]:
        """The runs in which it is trained."""
        return [run for run in self.runs if run.trained]

    @property
    def deploy(self) -> bool:
        """Whether the net is there to be run, not trained: no loss, no data layer of its own."""
        ends = ("Loss", "LossOHEM")
        types = {layer.type for layer in self.message.layer}
        has_loss = any(t.endswith(ends) or t in ("SoftmaxWithLoss", "Accuracy") for t in types)
        return not has_loss and not any(t.endswith("Data") for t in types)


class Check:
    """One check, in a file with the name of its rule.

    ``rule`` declares what it reports. A check overrides the method for what it looks at.
    """

    rule: ClassVar[Rule]

    @property
    def code(self) -> str:
        """The code of its rule."""
        return self.rule.code

    @property
    def name(self) -> str:
        """The name of its rule."""
        return self.rule.name

    @property
    def severity(self) -> Severity:
        """The severity of its rule."""
        return self.rule.severity

    def check_run(self, run: Run) -> Iterator[Diagnostic]:
        """What is wrong with the net in one state."""
        return iter(())

    def check_net(self, whole: Whole) -> Iterator[Diagnostic]:
        """What is wrong with the net as it is written."""
        return iter(())

    def check_solver(self, solver: SolverFile) -> Iterator[Diagnostic]:
        """What is wrong with a solver."""
        return iter(())

    def found(
        self,
        step: Step | None,
        message: str,
        *,
        field: str = "",
        where: str = "",
        why: str = "",
        hint: str = "",
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A finding of this rule about a layer, or about the net as a whole."""
        return self.rule.diagnostic(
            message,
            layer=step.layer.name if step else "",
            severity=severity,
            type=step.layer.type if step else "",
            layer_index=step.index if step else -1,
            field=field,
            where=where,
            why=why,
            hint=hint or (fix.title if fix else ""),
            fix=fix,
        )


_registry: list[Check] = []

_Check = TypeVar("_Check", bound=Check)


def register(cls: type[_Check]) -> type[_Check]:
    """Add a check, and its rule, to those that every net and solver is checked with."""
    register_rule(cls.rule)
    _registry.append(cls())
    return cls


def checks() -> list[Check]:
    """The checks registered so far, by the code of their rule."""
    return sorted(_registry, key=lambda check: check.code)
