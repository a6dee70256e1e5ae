from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity, plural
from protogen.graph import Step
from protogen.rules import Rule


@register
class IdleMultiplier(Check):
    rule = Rule(
        code="W103",
        name="idle-multiplier",
        # Caffe reads the field, and multiplies 0 by it.
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
        if not any(map(_has_loss, phases.analyses)):
            yield from self._without_loss(phases)
        for analysis in phases.trained:
            yield from self._without_rate(analysis)

    def _without_rate(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.steps:
            for index, spec in enumerate(step.layer.param):
                # Its default is 1, so only a value that is written was intended.
                is_decayed = spec.HasField("decay_mult") and spec.decay_mult > 0
                if not is_decayed or spec.lr_mult != 0:
                    continue
                yield self.found(
                    step,
                    f"decay_mult {spec.decay_mult:g} has no effect with lr_mult 0",
                    field=f"param[{index}].decay_mult",
                )

    def _without_loss(self, phases: Phases) -> Iterator[Diagnostic]:
        """One finding for the net, at its first multiplier."""
        places = []
        for step in phases.layers:
            for field in _multipliers(step):
                places.append((step, field))
        if not places:
            return
        # Deploy nets are often cut from training nets, and have multipliers in every layer.
        step, field = places[0]
        layers = {each.name for each, _ in places}
        more = ""
        if len(layers) > 1:
            more = f", here and in {plural(len(layers) - 1, 'more layer')},"
        yield self.found(
            step,
            f"{field.partition('.')[2]} has no effect{more} because the net has no loss",
            field=field,
        )


def _has_loss(analysis: Analysis) -> bool:
    return any(step.is_loss for step in analysis.steps)


def _multipliers(step: Step) -> Iterator[str]:
    for index, spec in enumerate(step.layer.param):
        # HasField, because the defaults are 1, which is not written either.
        for name in ("lr_mult", "decay_mult"):
            if spec.HasField(name):
                yield f"param[{index}].{name}"
