"""A net analyzed in every phase it is meant for: what checks of the net as a whole look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from protogen.analysis import Analysis
from protogen.graph import Step, read_wiring
from protogen.net import Net
from protogen.text import Document

__all__ = ["Phases"]

_LOSSES = ("Loss", "LossOHEM")
_MEASURES = ("SoftmaxWithLoss", "Accuracy")


@dataclass(eq=False)
class Phases:
    """A net and its analyses, one for each phase. ``message`` is the net in the current format."""

    net: Net
    message: Any
    analyses: list[Analysis]

    @property
    def document(self) -> Document | None:
        """The text that the net was read from, or ``None`` if it was composed."""
        return self.net.document

    @property
    def trained(self) -> list[Analysis]:
        """The analyses of the phases in which the net is trained."""
        return [analysis for analysis in self.analyses if analysis.trained]

    @cached_property
    def layers(self) -> list[Step]:
        """Every layer of the net, whether it runs or not; not wired to the others."""
        found = []
        for index, layer in enumerate(self.message.layer):
            found.append(Step(layer, index, read_wiring(layer)))
        return found

    @cached_property
    def deploy(self) -> bool:
        """Whether the net is meant to be run, not trained: it has no loss and no data layer."""
        for layer in self.message.layer:
            if layer.type.endswith(_LOSSES) or layer.type in _MEASURES:
                return False
            if layer.type.endswith("Data"):
                return False
        return True
