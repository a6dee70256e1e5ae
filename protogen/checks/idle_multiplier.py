from __future__ import annotations

from collections.abc import Iterator

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class IdleMultiplier(Check):
    rule = Rule(
        code="W103",
        name="idle-multiplier",
        severity=Severity.NOTE,
        summary="A learning rate or decay multiplier that has no effect.",
        what="""
            Finds a `decay_mult` above 0 next to `lr_mult: 0` in nets that are trained. Also finds
            any `lr_mult` or `decay_mult` in nets without a loss, and reports it once per net.
            """,
        why="""
            The update of a blob is its learning rate times the sum of gradient and decay, so
            nothing decays with `lr_mult: 0`. Without a loss, nothing is updated. The multiplier
            does no harm, but suggests something that does not happen.
            """,
        fix="""
            Set `decay_mult: 0` next to `lr_mult: 0`, and remove the multipliers from a deploy net.
            """,
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              param { lr_mult: 1 } param { lr_mult: 0 decay_mult: 1 }
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              param { lr_mult: 1 } param { lr_mult: 0 decay_mult: 0 }
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            """,
    )

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
