"""A training net as a deploy transform sees it: its phases, its losses and where its data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, Location
from protogen.graph import State, Step
from protogen.net import Net
from protogen.portability.dialect.deploying import losses_of
from protogen.transforms._predictions import MEASURES

if TYPE_CHECKING:
    from protogen.proto import LayerParameter, NetParameter

__all__ = ["TrainingNet", "is_constant"]

#: The stage by which a file that holds a training and a deploy net (DIGITS) marks the latter.
_DEPLOY_STAGE = "deploy"


class TrainingNet:
    """A net in the current format, and what a deploy net is derived from.

    ``written`` is the net before its upgrade, with the same layers: findings are placed there.
    ``analysis`` is that of the phase to deploy, ``analyses`` are those of all phases with that one
    first. ``losses`` are the losses of training, or of TEST if none is trained. ``sources`` has the
    layer that produces each blob of data. ``has_deploy_state`` is whether the net runs in TEST
    without a loss and without reading data: then it says itself which layers to deploy.
    """

    def __init__(self, net: Net, written: Net) -> None:
        self.net = net
        self.written = written
        self.message: NetParameter = net.current.message
        self.train = net.analysis(State("TRAIN"))
        test = net.analysis(State("TEST"))
        # Where a layer differs between the phases, that of TEST counts, if there is one.
        phase = "TEST" if "TEST" in net.meant_phases() else "TRAIN"
        stages = _stages(self.message)
        self.analysis = net.analysis(State(phase, stages=stages))
        self.analyses = (self.analysis, test, self.train)
        self.losses = losses_of(self.train) or losses_of(test)
        # DIGITS writes one file for training and use, with a stage for the latter.
        is_ready = bool(stages) or _has_only_inputs(self.analysis)
        self.has_deploy_state = is_ready and not losses_of(self.analysis)
        self.sources = _sources(self.analyses)

    def place(self, found: Diagnostic) -> Diagnostic:
        """A finding with its place in the file, or with the file if it is about the whole net."""
        placed = self.written.place(found)
        document = self.written.document
        if placed.location is None and document is not None:
            return replace(placed, location=Location(document.filename))
        return placed

    @property
    def fed_by_caller(self) -> bool:
        """Whether no layer reads data: whoever runs the net provides it."""
        return {step.type for step in self.sources.values()} <= {"Input", "DummyData"}

    @property
    def deployed(self) -> bool:
        """Whether it is a deploy net already."""
        if self.losses or not self.fed_by_caller:
            return False
        return not any(map(_serves_training, self.message.layer))


def _serves_training(layer: LayerParameter) -> bool:
    """Whether a layer shows that its file is used for training, too."""
    # Include and exclude rules are for files that have layers for several phases.
    if layer.include or layer.exclude:
        return True
    return layer.type in MEASURES


def _has_only_inputs(analysis: Analysis) -> bool:
    """Whether all data of a phase comes from Input layers, of which there is at least one."""
    types = {step.type for step in analysis.steps if step.is_source}
    return types == {"Input"}


def _sources(analyses: Sequence[Analysis]) -> dict[str, Step]:
    """The layer that produces each blob of data; that of the first phase counts."""
    found: dict[str, Step] = {}
    for analysis in reversed(analyses):
        for step in analysis.steps:
            if step.is_source:
                found.update(dict.fromkeys(step.wiring.tops, step))
    return found


def is_constant(step: Step) -> bool:
    """Whether a layer produces the same values each time: a DummyData without random fillers."""
    if step.type != "DummyData":
        return False
    fillers = step.layer.dummy_data_param.data_filler
    return all(filler.type == "constant" for filler in fillers)


def _stages(message: NetParameter) -> tuple[str, ...]:
    """The stage of the deploy net, if the layers of the net name it."""
    for layer in message.layer:
        for rule in (*layer.include, *layer.exclude):
            if _DEPLOY_STAGE in (*rule.stage, *rule.not_stage):
                return (_DEPLOY_STAGE,)
    return ()
