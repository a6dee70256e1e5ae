from __future__ import annotations

from collections.abc import Iterator

from protogen import proto
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._verification import makes_sound
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix, delete, insert
from protogen.graph import Step
from protogen.rules import Rule


@register
class PhaseOnLayer(Check):
    rule = Rule(
        code="G305",
        name="phase-on-layer",
        # Legal: Caffe computes the layer as in this phase, but runs it in both.
        severity=Severity.WARNING,
        summary="A layer with a `phase` of its own, which does not keep it out of the other phase.",
        what="""
            Finds layers with a `phase` field and without an `include` rule for this phase. Nets in
            which every layer has a `phase` are left out, because Caffe writes such nets itself.
            """,
        why="""
            Caffe runs the layer in both phases, and it computes as in its own phase: a Dropout
            layer with `phase: TRAIN` drops elements in TEST too. Most types of layers compute the
            same in both phases, and the field has no effect. An `include` rule was probably
            intended.
            """,
        fix="Replace the field with an `include` rule: `include { phase: TEST }`.",
        bad="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            layer {
              name: "accuracy" type: "Accuracy"
              bottom: "fc" bottom: "label" top: "accuracy"
              phase: TEST
            }
            """,
        good="""
            layer {
              name: "data" type: "DummyData" top: "data" top: "label"
              dummy_data_param { shape { dim: 32 dim: 784 } shape { dim: 32 } }
            }
            layer {
              name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
              inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
            }
            layer {
              name: "loss" type: "SoftmaxWithLoss"
              bottom: "fc" bottom: "label" top: "loss"
            }
            layer {
              name: "accuracy" type: "Accuracy"
              bottom: "fc" bottom: "label" top: "accuracy"
              include { phase: TEST }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        with_phase = [step for step in phases.layers if step.layer.HasField("phase")]
        # Net::Init sets the field in every layer, and so it is in every net that Caffe writes.
        if len(with_phase) == len(phases.layers):
            return
        for step in with_phase:
            if _is_limited(step):
                continue
            name = proto.Phase.Name(step.layer.phase)
            fix = _with_include(step, name)
            yield self.found(
                step,
                f"phase: {name} does not keep the layer out of other phases;"
                f" include {{ phase: {name} }} does",
                field="phase",
                why=f"Caffe runs the layer in every phase, and it computes as in {name}",
                # It would run in fewer phases, so somebody has to confirm that this was intended.
                fix=fix if makes_sound(phases, step.name, fix.edits) else None,
            )


def _is_limited(step: Step) -> bool:
    """Whether every include rule is for the phase of the layer, so that it runs in no other."""
    if not step.layer.include:
        return False
    # A rule without a phase is met in both, although its phase reads as TRAIN.
    phases = [rule.phase if rule.HasField("phase") else None for rule in step.layer.include]
    return set(phases) == {step.layer.phase}


def _with_include(step: Step, name: str) -> Fix:
    """The include rule in place of the field; in rules that there are already, their phase."""
    # The field goes, because the layer then has the phase of the net, which is the same one.
    edits = [delete(step.path("phase"))]
    if step.layer.include:
        for index in range(len(step.layer.include)):
            edits.append(Edit(step.path(f"include[{index}].phase"), "set", name))
    else:
        edits.append(insert(step.path("include[0]"), {"phase": name}))
    return Fix(f"replace phase: {name} with include {{ phase: {name} }}", tuple(edits))
