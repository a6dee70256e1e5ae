"""Write a net in the dialect of a target."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from protogen import rules, targets
from protogen.checks import check
from protogen.diagnostics import Diagnostic, ProtogenError, Severity
from protogen.edits import Edit
from protogen.graph import State
from protogen.inference import Inputs
from protogen.net import Net
from protogen.net_files import load
from protogen.portability import subject_of
from protogen.portability.dialect.deploying import needs_deploy_net
from protogen.portability.dialect.idle_fields import idle_fields
from protogen.portability.dialect.together import together
from protogen.portability.judging import judge_plainly
from protogen.targets import Target
from protogen.transforms._input_layers import input_field_edits, single_input_edits
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

__all__ = ["Convert", "convert"]


def convert(
    net: Any,
    to: str | Target | Sequence[str | Target],
    *,
    phase: str | None = None,
    inputs: Inputs | None = None,
    force: bool = False,
) -> Result:
    """The net for a target; the ``net`` of the result computes there what it computes in Caffe.

    With several targets, it does so in each of them. ``net`` is a `protogen.Net`, a
    ``NetParameter`` message, or the path of a prototxt file. The other arguments are those of
    `Convert`. Raises `ProtogenError` for a net that Caffe rejects, and for one that a target cannot
    express; `ValueError` for an unknown target.
    """
    is_file = isinstance(net, (str, os.PathLike))
    net = load(net) if is_file else Net.of(net)
    several = [to] if isinstance(to, (str, Target)) else list(to)
    wanted = list(map(_target, several))
    if not wanted:
        raise ValueError("expected a target, got none")
    return Convert(*wanted, phase=phase, inputs=inputs, force=force)(net)


def _target(given: str | Target) -> Target:
    """The target with this name; a target itself is returned as it is."""
    if isinstance(given, Target):
        return given
    return targets.get(given)


class Convert(Transform):
    """Rewrite a net so that each of ``targets`` reads it, and computes what Caffe computes.

    With ``phase`` TEST, and for a target that ignores phases, the result is the deploy net. Layers
    and fields that the target lacks are replaced, and fields that only training reads are removed.
    Poolings that round down are spelled as the target reads it, or lowered (see `FloorPooling`).
    With ``force`` errors do not stop the conversion; what the target rejects is then a diagnostic.
    """

    requires = "a net without errors"
    ensures = "the target loads and runs the net; every blob that stays keeps its shape"

    def __init__(
        self,
        *targets: Target,
        phase: str | None = None,
        inputs: Inputs | None = None,
        force: bool = False,
    ) -> None:
        if phase not in (None, "TEST"):
            raise ValueError(f'phase must be "TEST" or None, got {phase!r}')
        self.targets = targets
        self.phase = phase
        self.inputs = inputs or {}
        self.force = force

    def check(self, net: Net) -> None:
        Upgrade().check(net)
        found = check(net, inputs=self.inputs)
        errors = list(filter(_is_error_in_caffe, found.diagnostics))
        if errors and not self.force:
            raise ProtogenError(errors)

    def run(self, net: Net) -> Result:
        result = Upgrade()(net)
        # Each step keeps to what all targets have, so that a later one does not undo it.
        for target in together(self.targets):
            result = self._for(target, result)
        return self._judged(net, result)

    def _for(self, target: Target, result: Result) -> Result:
        """The net rewritten for one target."""
        # First, because the layers that a deploy net leaves out need not be replaced.
        if self._resolves_phases(target, result.net):
            result = self._then(result, Deploy(inputs=self.inputs))
        result = result.then(LayerTypes(target))
        # The layers in the place of another one may have fields that the target reads otherwise.
        result = result.then(LayerTypes(target))
        result = self._then(result, FloorPooling(target, self.inputs))
        return _with_inputs(target, _without_idle_fields(target, result))

    def _then(self, result: Result, transform: Transform) -> Result:
        """The result of another transform; with ``force``, what it rejects stays as it is."""
        try:
            return result.then(transform)
        except ProtogenError as error:
            if not self.force:
                raise
            return replace(result, diagnostics=[*result.diagnostics, *error.diagnostics])

    def verify(self, before: Net, result: Result) -> None:
        """Nothing to do: each step was verified by itself."""

    def _resolves_phases(self, target: Target, net: Net) -> bool:
        """Whether the result is the deploy net: it was asked for, or the target needs it."""
        if self.phase is not None:
            return True
        analyses = [net.analysis(State(phase), self.inputs) for phase in net.meant_phases()]
        return needs_deploy_net(target, net.current.message, analyses)

    def _judged(self, net: Net, result: Result) -> Result:
        """The result with the findings about the targets. Raises if one cannot run the net."""
        subject = subject_of(result.net, inputs=self.inputs)
        found: list[Diagnostic] = []
        for target in self.targets:
            found += filter(_matters, judge_plainly(subject, target).diagnostics)
        # Users look for a finding in their own file, not in the one that is being written.
        findings = [_at_origin(each, result, net) for each in found]
        errors = [each for each in findings if each.severity is Severity.ERROR]
        if errors and not self.force:
            raise ProtogenError(list(map(_not_convertible, errors)))
        return replace(result, diagnostics=[*result.diagnostics, *findings])


def _is_error_in_caffe(finding: Diagnostic) -> bool:
    """Whether Caffe rejects the net for a finding, apart from what some fork has."""
    # What only a fork has (the family F) is for the target to judge.
    return finding.severity is Severity.ERROR and not finding.code.startswith("F")


def _matters(finding: Diagnostic) -> bool:
    """Whether a finding is about more than a field that the target ignores without harm."""
    return finding.name != "target-ignores"


def _without_idle_fields(target: Target, result: Result) -> Result:
    """The net without fields that the target does not know and a trained net does not need."""
    if target.schema is None:
        return result
    descriptor = target.schema.message_class().DESCRIPTOR
    edits = list(idle_fields(result.net.current.message, descriptor))
    names = sorted(set(map(_field_name, edits)))
    return _edited(result, edits, f"removed: {', '.join(names)}")


def _with_inputs(target: Target, result: Result) -> Result:
    """The net with its inputs in the form that the target reads."""
    message = result.net.current.message
    if target.takes_one("Input", "tops"):
        edits = list(single_input_edits(message))
        return _edited(result, edits, "an Input layer written for each input")
    # A Caffe upgrades input fields itself, and reads both.
    has_layers = target.has_type("Input") or target.has_type("Data")
    if has_layers or not target.reads_input_fields:
        return result
    edits = list(input_field_edits(message))
    return _edited(result, edits, "Input layers written as input fields")


def _at_origin(finding: Diagnostic, result: Result, net: Net) -> Diagnostic:
    """A finding about the new net, at the place in the old one that it comes from."""
    index = finding.layer_index
    origin = result.origins[index] if 0 <= index < len(result.origins) else None
    # A layer that is new, like the net as a whole, has no index.
    old_index = -1 if origin is None else origin
    return net.place(replace(finding, layer_index=old_index, location=None))


def _edited(result: Result, edits: list[Edit], line: str) -> Result:
    """The result after more edits, if there are any, with a line about them in its report."""
    if not edits:
        return result
    number = len(result.net.current.message.layer)
    net = result.net.copy()
    net.apply(edits)
    origins = compose_origins(result.origins, origins_after(number, edits))
    return replace(result, net=net, modified=True, origins=origins, report=(*result.report, line))


def _field_name(edit: Edit) -> str:
    """The name of the field that an edit is about."""
    # The numbers in a path are places in lists.
    names = [step for step in edit.path if isinstance(step, str)]
    return names[-1]


def _not_convertible(finding: Diagnostic) -> Diagnostic:
    """What the target rejects, as the reason why the net cannot be converted."""
    rule = rules.named("not-convertible")
    return replace(finding, code=rule.code, name=rule.name, severity=rule.severity)
