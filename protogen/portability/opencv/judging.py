"""OpenCV's verdict on a net, from what its importer does at each step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.diagnostics import Diagnostic
from protogen.graph import Step
from protogen.portability.dialect.poolings import rounding_hint
from protogen.portability.judgment import Judgment, finding, judgment, no_net
from protogen.portability.opencv.build import UNBUILDABLE, build
from protogen.portability.opencv.faults import OpenCVFault
from protogen.portability.opencv.importer import ImportedNet, import_net
from protogen.portability.opencv.layer_shapes import LAYERS
from protogen.portability.opencv.running import run
from protogen.portability.opencv.text import ReadNet, read_net
from protogen.portability.opencv.values import differences
from protogen.portability.quirks import quirk_findings
from protogen.portability.reading import phase_findings, unknown_field_findings
from protogen.portability.subject import Subject
from protogen.targets import Effect, Target

__all__ = ["judge_opencv"]


def judge_opencv(subject: Subject, target: Target) -> Judgment:
    """What OpenCV does with a net and the weights that Caffe would save for it."""
    return _Judge(subject, target).judge()


class _Judge:
    """The steps of OpenCV's importer on one net, and the findings about them."""

    def __init__(self, subject: Subject, target: Target) -> None:
        self.subject = subject
        self.target = target
        self.read: ReadNet | None = None

    def judge(self) -> Judgment:
        assert self.target.schema is not None
        message_class = self.target.schema.message_class()
        try:
            # Both are in readNetFromCaffe; all later steps wait for the first forward pass.
            self.read = read_net(self.subject.text, message_class, self.subject.filename)
            net = import_net(self.read, self.subject.weights)
        except OpenCVFault as fault:
            return judgment(self.target, [self._found("refuses", "does not load the net", fault)])
        found = [*self._unknown_types(net), *self._crashes(net)]
        found += unknown_field_findings(self.subject, self.target, self.read.result)
        found += phase_findings(self.subject, self.target)
        found += quirk_findings(self.target, self.subject.analysis.steps)
        if net.is_empty:
            # Its parser skips unknown fields, so that any text of such fields is a net to it.
            what = "it is a solver" if self.subject.is_solver else "it has no layers"
            message = f"loads it as an empty net: {what}"
            location = self.subject.location
            found.append(no_net(self.target, message, location=location))
            return judgment(self.target, found, "empty")
        if not net.has_input_shape:
            return self._without_input(net, found)
        return self._with_input(self.read, net, found)

    def _without_input(self, net: ImportedNet, found: list[Diagnostic]) -> Judgment:
        message = "does not know the shape of an input: it does not run Caffe's data layers"
        hint = "give the net an Input layer with a shape"
        found.append(no_net(self.target, message, hint=hint, location=self.subject.location))
        # OpenCV creates the last layer before it asks for an input.
        last = net.layers[-1].type
        fails = last not in LAYERS or last in UNBUILDABLE
        return judgment(self.target, found, "fails later" if fails else "no input")

    def _with_input(self, read: ReadNet, net: ImportedNet, found: list[Diagnostic]) -> Judgment:
        try:
            # Layers are created only now: an unknown type or a missing kernel loads without a word.
            built = build(net)
            run(net)
        except OpenCVFault as fault:
            # A layer of a type that cannot be built has its finding already.
            known = {each.layer_index for each in found if each.name == "target-fails-later"}
            step = self._step(fault.layer)
            if step is None or step.index not in known:
                found.append(self._found("fails later", "loads the net and fails on it", fault))
            return judgment(self.target, found)
        found += differences(self.subject, self.target, read, net, built)
        return judgment(self.target, found)

    def _found(self, effect: Effect, what: str, fault: OpenCVFault) -> Diagnostic:
        """The finding about a fault, of the layer that has it or of the whole net."""
        step = self._step(fault.layer)
        about: dict[str, Any] = {"field": fault.field, "hint": fault.hint}
        if step is None:
            about["location"] = self.subject.location
            # The field is one of a layer that the net in the current format does not have.
            if fault.layer >= 0:
                about["field"] = ""
        else:
            what = what.replace("the net", "it").replace(" on it", "")
            about["hint"] = fault.hint or rounding_hint(self.subject, self.target, step)
        name, unknown = self._unknown_parameter(fault.layer)
        if unknown:
            about["field"] = about["field"] or f"{name}.{unknown}"
            about["why"] = (
                f'beside the unknown field "{unknown}", every field of {name} counts as given: what'
                " is not written has its default, and that of kernel_h is 0"
            )
        return finding(self.target, effect, step, f"{what}: {fault.message}", **about)

    def _unknown_parameter(self, index: int) -> tuple[str, str]:
        """The first unknown field that OpenCV keeps of a layer, and the message it is in."""
        if self.read is None or index < 0:
            return "", ""
        for name, fields in self.read.unknown_parameters(index):
            return name, fields[0].name
        return "", ""

    def _step(self, index: int) -> Step | None:
        if self.read is None or index < 0:
            return None
        return self.subject.layer(index, self.read.message.layer[index].name)

    def _unknown_types(self, net: ImportedNet) -> Iterator[Diagnostic]:
        """A finding for each layer whose type OpenCV does not have."""
        assert self.target.types is not None
        for layer in net.layers[1:]:
            step = self._step(layer.index)
            if step is None or layer.type in LAYERS:
                continue
            what = f"it has no layer type {layer.type}"
            # OpenCV has this type, but a prototxt of Caffe cannot give it what it needs.
            if layer.type in UNBUILDABLE:
                what = f"its {layer.type} {UNBUILDABLE[layer.type]}"
            message = f"loads it and cannot build it: {what}"
            hint = self.target.types.instead.get(layer.type, "")
            yield finding(self.target, "fails later", step, message, field="type", hint=hint)

    def _crashes(self, net: ImportedNet) -> Iterator[Diagnostic]:
        for index in net.crashes:
            message = "crashes on it if the net is loaded without a caffemodel"
            step = self._step(index)
            yield finding(self.target, "ignores", step, message, field="batch_norm_param")
