"""Write a net in the dialect of a target."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from protogen import rules, targets
from protogen.checks import check
from protogen.diagnostics import Diagnostic, ProtogenError, Severity
from protogen.edits import Edit, delete, insert
from protogen.inference import Inputs
from protogen.net import Net
from protogen.net_files import load
from protogen.portability import judge, subject_of
from protogen.targets import Target
from protogen.transforms._idle_fields import idle_fields
from protogen.transforms._transform import (
    Result,
    Transform,
    compose_origins,
    origins_after,
)
from protogen.transforms.deploy import Deploy
from protogen.transforms.floor_pooling import FloorPooling
from protogen.transforms.layer_types import LayerTypes
from protogen.transforms.upgrade import Upgrade

if TYPE_CHECKING:
    from protogen.proto import LayerParameter, NetParameter

__all__ = ["Convert", "convert"]


def convert(
    net: Any,
    to: str | Target,
    *,
    phase: str | None = None,
    inputs: Inputs | None = None,
    force: bool = False,
) -> Result:
    """The net for a target; the ``net`` of the result computes there what it computes in Caffe.

    ``net`` is a `protogen.Net`, a ``NetParameter`` message, or the path of a prototxt file. The
    other arguments are those of `Convert`. Raises `ProtogenError` for a net that Caffe rejects, and
    for one that the target cannot express; `ValueError` for an unknown target.
    """
    net = load(net) if isinstance(net, (str, os.PathLike)) else Net.of(net)
    target = targets.get(to) if isinstance(to, str) else to
    return Convert(target, phase=phase, inputs=inputs, force=force)(net)


class Convert(Transform):
    """Rewrite a net so that ``target`` reads it, and computes what Caffe computes.

    With ``phase`` TEST, and for a target that ignores phases, the result is the deploy net. Layers
    and fields that the target lacks are replaced, and fields that only training reads are removed.
    Poolings that round down are spelled as the target reads it, or lowered (see `FloorPooling`).
    With ``force`` errors do not stop the conversion; what the target rejects is then a diagnostic.
    """

    requires = "a net without errors"
    ensures = "the target loads and runs the net; every blob that stays keeps its shape"

    def __init__(
        self,
        target: Target,
        *,
        phase: str | None = None,
        inputs: Inputs | None = None,
        force: bool = False,
    ) -> None:
        if phase not in (None, "TEST"):
            raise ValueError(f'phase must be "TEST" or None, got {phase!r}')
        self.target = target
        self.phase = phase
        self.inputs = inputs or {}
        self.force = force

    def check(self, net: Net) -> None:
        Upgrade().check(net)
        found = check(net, inputs=self.inputs)
        errors = []
        for each in found.diagnostics:
            # What only a fork has (the family F) is for the target to judge.
            if each.severity is Severity.ERROR and not each.code.startswith("F"):
                errors.append(each)
        if errors and not self.force:
            raise ProtogenError(errors)

    def run(self, net: Net) -> Result:
        result = Upgrade()(net)
        if self._resolves_phases(result.net):
            result = result.then(Deploy(inputs=self.inputs))
        result = result.then(LayerTypes(self.target))
        result = result.then(FloorPooling(self.target, self.inputs))
        result = self._without_idle_fields(result)
        result = self._with_input_fields(result)
        return self._judged(net, result)

    def verify(self, before: Net, result: Result) -> None:
        """Nothing to do: each step was verified by itself."""

    def _resolves_phases(self, net: Net) -> bool:
        """Whether the target needs the deploy net: it has no data layers, or ignores phases."""
        if self.phase is not None:
            return True
        layers = net.current.message.layer
        if self._lacks_data_layers() and any(map(_reads_data, layers)):
            return True
        phases = self.target.phases
        if phases is None or phases.rules == "honors":
            return False
        return any(layer.include or layer.exclude for layer in layers)

    def _lacks_data_layers(self) -> bool:
        # A target without a list of types has all of them.
        return self.target.types is not None and "Data" not in self.target.known_types

    def _without_idle_fields(self, result: Result) -> Result:
        """The net without fields that the target does not know and a trained net does not need."""
        schema = self.target.schema
        if schema is None:
            return result
        descriptor = schema.message_class().DESCRIPTOR
        edits = list(idle_fields(result.net.current.message, descriptor))
        if not edits:
            return result
        names = sorted(set(map(_field_name, edits)))
        return _edited(result, edits, f"removed: {', '.join(names)}")

    def _with_input_fields(self, result: Result) -> Result:
        """The net with ``input`` fields in place of Input layers, for a target without these."""
        formats, types = self.target.formats, self.target.types
        if formats is None or types is None or formats.input != "reads":
            return result
        if "Input" in self.target.known_types or "Data" in self.target.known_types:
            return result
        edits = list(_input_edits(result.net.current.message))
        if not edits:
            return result
        return _edited(result, edits, "Input layers written as input fields")

    def _judged(self, net: Net, result: Result) -> Result:
        """The result with the findings about the target. Raises if it cannot run the net."""
        judgment = judge(subject_of(result.net, inputs=self.inputs), self.target)
        findings = []
        for finding in judgment.diagnostics:
            # A field that the target ignores does not change what it computes.
            if finding.name != "target-ignores":
                findings.append(_at_origin(finding, result, net))
        errors = [each for each in findings if each.severity is Severity.ERROR]
        if errors and not self.force:
            raise ProtogenError(list(map(_not_convertible, errors)))
        return replace(result, diagnostics=[*result.diagnostics, *findings])


def _reads_data(layer: LayerParameter) -> bool:
    """Whether a layer brings data into the net, other than an input that the caller fills."""
    is_source = bool(layer.top) and not layer.bottom
    return is_source and layer.type not in ("Input", "Parameter", "PriorBox")


def _input_edits(message: NetParameter) -> Iterator[Edit]:
    """Edits that write the tops of Input layers as ``input`` and ``input_shape`` fields."""
    number = 0
    for index, layer in enumerate(message.layer):
        if layer.type != "Input":
            continue
        shapes = layer.input_param.shape
        for position, top in enumerate(layer.top):
            # One shape may stand for all tops.
            shape = shapes[min(position, len(shapes) - 1)]
            yield insert(("input", number), top)
            yield insert(("input_shape", number), {"dim": list(shape.dim)})
            number += 1
        yield delete(("layer", index))


def _at_origin(finding: Diagnostic, result: Result, net: Net) -> Diagnostic:
    """A finding about the new net, at the place in the old one that it comes from."""
    index = finding.layer_index
    origin = result.origins[index] if 0 <= index < len(result.origins) else None
    moved = replace(finding, layer_index=-1 if origin is None else origin, location=None)
    return net.place(moved)


def _edited(result: Result, edits: list[Edit], line: str) -> Result:
    """The result after more edits, with a line about them in its report."""
    number = len(result.net.current.message.layer)
    net = result.net.copy()
    net.apply(edits)
    origins = compose_origins(result.origins, origins_after(number, edits))
    return replace(result, net=net, modified=True, origins=origins, report=(*result.report, line))


def _field_name(edit: Edit) -> str:
    """The name of the field that an edit is about."""
    names = [step for step in edit.path if isinstance(step, str)]
    return names[-1]


def _not_convertible(finding: Diagnostic) -> Diagnostic:
    """What the target rejects, as the reason why the net cannot be converted."""
    rule = rules.named("not-convertible")
    return replace(finding, code=rule.code, name=rule.name, severity=rule.severity)
