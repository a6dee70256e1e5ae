"""The net that a target is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from protogen import proto
from protogen.analysis import Analysis
from protogen.diagnostics import Location
from protogen.graph import State, Step, read_wiring
from protogen.inference import Inputs
from protogen.net import Current, Net
from protogen.shapes import is_known

__all__ = ["Subject"]


@dataclass(eq=False)
class Subject:
    """A net, and the state in which Caffe would run it."""

    net: Net
    phases: tuple[str, ...]
    level: int
    stages: tuple[str, ...]
    inputs: Inputs

    @cached_property
    def text(self) -> str:
        """The prototxt, as it was read or as it would be written."""
        return self.net.text

    @cached_property
    def current(self) -> Current:
        """The net in the current format, asked for once: the net compares itself each time."""
        return self.net.current

    @property
    def filename(self) -> str:
        """The name of the file, for messages."""
        return self.net.document.filename if self.net.document else "<net>"

    @property
    def location(self) -> Location | None:
        """The file as a whole, if the net was read from one."""
        return Location(self.filename) if self.net.document else None

    @property
    def is_solver(self) -> bool:
        """Whether the text is that of a solver: most of its fields are, and one is of no net."""
        document = self.net.document
        if document is None:
            return False
        names = {entry[0] for entry in document.tree.entries}
        # debug_info is a field of both.
        in_net = names & set(proto.NetParameter.DESCRIPTOR.fields_by_name)
        in_solver = names & set(proto.SolverParameter.DESCRIPTOR.fields_by_name)
        return len(in_solver) > len(in_net)

    @cached_property
    def phase(self) -> str:
        """The phase that is compared with Caffe: TEST if the net has it."""
        # Most targets only run nets.
        wanted = self.phases or self.net.meant_phases(self.level, self.stages)
        return "TEST" if "TEST" in wanted else "TRAIN"

    @cached_property
    def analysis(self) -> Analysis:
        """What Caffe does in that phase."""
        return self._analysis(self.phase)

    @cached_property
    def analyses(self) -> list[Analysis]:
        """What Caffe does in each phase that the net has layers for."""
        return list(map(self._analysis, self.net.meant_phases(self.level, self.stages)))

    def _analysis(self, phase: str) -> Analysis:
        return self.net.analysis(State(phase, self.level, self.stages), self.inputs)

    @cached_property
    def layers(self) -> list[Step]:
        """Every layer of the net in the current format, connected or not."""
        found = []
        for index, layer in enumerate(self.current.message.layer):
            found.append(Step(layer, index, read_wiring(layer)))
        return found

    def layer(self, index: int, name: str) -> Step | None:
        """A layer by its name, and its index without the layer of the net's input fields."""
        # The Input layer that stands for the input fields comes first, and has no origin.
        origins = self.current.origins or ()
        has_input_layer = None in origins[:1]
        place = index + has_input_layer
        if index < 0 or place >= len(self.layers):
            return None
        step = self.layers[place]
        return step if step.name == name else None

    def written_layer(self, index: int) -> Step | None:
        """A layer by its index among those that are written."""
        # Without origins, each layer is where it is written.
        origins: Sequence[int | None] = self.current.origins or range(len(self.layers))
        if index not in origins:
            return None
        return self.layers[origins.index(index)]

    @cached_property
    def weights(self) -> dict[str, list[list[int]] | None]:
        """The shapes of the learnable blobs of each layer by its name, ``None`` if not known.

        Those of the phase that is compared, and those of layers that run in the other one only.
        """
        found: dict[str, list[list[int]] | None] = {}
        other = "TEST" if self.phase == "TRAIN" else "TRAIN"
        # Where the phases differ in a layer, the later one counts.
        for phase in (other, self.phase):
            for step in self._analysis(phase).steps:
                found.setdefault(step.name, None)
                if self._has_all_blobs(step):
                    found[step.name] = _blob_shapes(step)
        return found

    def _has_all_blobs(self, step: Step) -> bool:
        """Whether inference found all learnable blobs of a layer."""
        # Inference stops at the shapes of a layer that it rejects, and leaves its tops unknown.
        is_complete = all(is_known(top.shape) for top in step.tops)
        return is_complete and step.index not in self._damaged_layers

    @cached_property
    def _damaged_layers(self) -> frozenset[int]:
        """The layers with an error in their text, asked for once like `current`."""
        return self.net.damaged_layers


def _blob_shapes(step: Step) -> list[list[int]] | None:
    """The shapes of the learnable blobs of a layer; ``None`` if one of them is not known."""
    found = []
    for blob in step.facts.blobs:
        if not is_known(blob.shape):
            return None
        found.append(list(blob.shape))
    return found
