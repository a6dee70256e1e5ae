"""A net in each of its phases, for the checks that compare phases or look at the whole net."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from protogen.analysis import Analysis
from protogen.forks import ForkPart, layer_parts, net_parts
from protogen.graph import Step, read_wiring
from protogen.net import Net
from protogen.text import Document

if TYPE_CHECKING:
    from protogen.proto import NetParameter

__all__ = ["Phases"]

#: The ends of the names of losses and data layers: by name, because forks have many more of them.
_LOSSES_AND_DATA = ("Loss", "LossOHEM", "Data")


@dataclass(eq=False)
class Phases:
    """A net and its analyses, one for each phase. ``message`` is the net in the current format."""

    net: Net
    message: NetParameter
    analyses: list[Analysis]

    @property
    def document(self) -> Document | None:
        """The text that the net was read from, or ``None`` if it was composed."""
        return self.net.document

    @property
    def trained(self) -> list[Analysis]:
        """The analyses of the phases in which the net is trained."""
        return [each for each in self.analyses if each.trained]

    def in_phase(self, phase: str) -> list[Analysis]:
        """The analyses of this phase: one, or none if the phase is not checked."""
        return [each for each in self.analyses if each.phase == phase]

    @cached_property
    def layers(self) -> list[Step]:
        """Every layer of the net, whether it runs or not; they are not connected to each other."""
        found = []
        for index, layer in enumerate(self.message.layer):
            found.append(Step(layer, index, read_wiring(layer)))
        return found

    @cached_property
    def fork_parts(self) -> list[tuple[Step | None, ForkPart]]:
        """What only forks have, each with the layer that has it, or ``None`` for the net itself.

        Two checks ask for it, and to find it takes 17 microseconds for each layer.
        """
        # What the net itself has comes before its layers, so a finding for all of it goes there.
        found: list[tuple[Step | None, ForkPart]] = []
        for part in net_parts(self.message):
            found.append((None, part))
        for step in self.layers:
            for part in layer_parts(step.layer, step.schema):
                found.append((step, part))
        return found

    @cached_property
    def deploy(self) -> bool:
        """Whether the net is for use, not for training: it has no loss, Accuracy or data layer."""
        # Not by what runs in TEST: a training net without its loss there is still one.
        types = {layer.type for layer in self.message.layer}
        if "Accuracy" in types:
            return False
        return not any(each.endswith(_LOSSES_AND_DATA) for each in types)
