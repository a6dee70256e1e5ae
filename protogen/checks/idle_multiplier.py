from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class IdleMultiplier(Rule):
    """A learning-rate or decay multiplier that does nothing.

    **What it does.** Finds, in nets that are trained, a ``decay_mult`` above 0 beside ``lr_mult:
    0``; and any ``lr_mult`` or ``decay_mult`` in nets without a loss, told once.

    **Why it is bad.** An update is the learning rate times the gradient and the decay together, so
    with ``lr_mult: 0`` nothing decays; without a loss nothing is updated at all. It is harmless,
    but not what it says.

    **Example.** ``param { lr_mult: 0 decay_mult: 1 }``.

    **Mended.** ``param { lr_mult: 0 decay_mult: 0 }``; no multipliers in a deploy net.
    """

    code, name, severity = "W103", "idle-multiplier", Severity.NOTE

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        if not any(step.is_loss for analysis in phases.analyses for step in analysis.steps):
            yield from self._without_loss(phases)
        for analysis in phases.trained:
            for step in analysis.steps:
                for index, spec in enumerate(step.layer.param):
                    if spec.HasField("decay_mult") and spec.decay_mult > 0 and spec.lr_mult == 0:
                        message = f"decay_mult {spec.decay_mult:g} does nothing beside lr_mult 0"
                        yield self.found(step, message, field=f"param[{index}].decay_mult")

    def _without_loss(self, phases: Phases) -> Iterator[Diagnostic]:
        """One finding for the net, at the first of its multipliers."""
        given = [
            (step, f"param[{which}].{name}")
            for step in phases.layers
            for which, spec in enumerate(step.layer.param)
            for name in ("lr_mult", "decay_mult")
            if spec.HasField(name)
        ]
        if given:
            (step, field), more = given[0], len({s.layer.name for s, _ in given}) - 1
            here = f", here and in {more} more layers" if more else ""
            message = f"{field.partition('.')[2]} does nothing{here}: the net has no loss"
            yield self.found(step, message, field=field)
