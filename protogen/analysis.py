"""One analysis of a net, which everybody asks: its layers in one state, and all that is known.

`Analysis` joins what the graph, the walk over it and the text say, once. Checks look at it, reports
make rows of it, transforms are verified by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Edit, moved_layers
from protogen.field_changes import apply
from protogen.graph import Graph, State, Step, Value, Wiring, build, read_wiring
from protogen.inference import AUTOMATIC_TOP, Inputs, dialects, given_shapes, walk
from protogen.schema import Context, Facts
from protogen.shapes import Shape, format_shape
from protogen.sources import unknown_reason

__all__ = ["Analysis", "LayerShapes", "Place", "UnknownTop"]

#: Adds to a finding where it stands in the file, or in the program that composed the net.
Place = Callable[[Diagnostic], Diagnostic]


@dataclass(frozen=True)
class UnknownTop:
    """A blob with an unknown size, the layer that produces it, and why the size is unknown."""

    blob: str
    shape: Shape
    layer: str
    type: str
    reason: str = ""

    def __str__(self) -> str:
        return f'"{self.blob}" ({format_shape(self.shape)}) of layer "{self.layer}" ({self.type})'

    @property
    def option(self) -> str:
        """The option of the command line that gives the shape: ``--input data=64,C,28,28``."""
        sizes = [None] * len(_AXES) if self.shape is None else list(self.shape)
        letters = _AXES if len(sizes) == len(_AXES) else "?" * len(sizes)
        words = [letters[i] if size is None else str(size) for i, size in enumerate(sizes)]
        return f"--input {self.blob}={','.join(words)}"


#: What the axes of an image are called where their sizes are for the user to fill in.
_AXES = "NCHW"


def _is_known(shape: Shape) -> bool:
    return shape is not None and None not in shape


@dataclass(frozen=True)
class LayerShapes:
    """One layer that runs: its index in the net, and all that is known of it."""

    index: int
    name: str
    type: str
    bottoms: tuple[tuple[str, Shape], ...]
    tops: tuple[tuple[str, Shape], ...]
    facts: Facts


class Analysis:
    """What Caffe would do with a net in one state.

    ``message`` is the net in Caffe's current format, ``steps`` its layers that run, in order, each
    with its ``facts``. ``inputs`` are the shapes that the caller gave. ``diagnostics`` are what is
    wrong with the text and what Caffe rejects, each with its place.

    A shape is a tuple, a size in it ``None`` where it is unknown, and ``None`` as a whole where not
    even the number of axes is known.
    """

    def __init__(
        self,
        message: Any,
        state: State,
        inputs: Inputs,
        *,
        wirings: Sequence[Wiring] = (),
        earlier: Sequence[Diagnostic] = (),
        place: Place | None = None,
        damaged: Collection[int] = (),
    ) -> None:
        self.message = message
        self.inputs = inputs
        self.earlier = earlier
        self.wirings = wirings
        self._place = place
        self._damaged = damaged
        self.graph: Graph = build(message, state, wirings)
        self._wiring_faults = [(step, step.faults) for step in self.graph.steps if step.faults]
        walk(self.graph, given_shapes(inputs), damaged)

    # What is known -------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state, with the stages of the net's own."""
        return self.graph.state

    @property
    def phase(self) -> str:
        """TRAIN or TEST."""
        return self.graph.state.phase

    @property
    def steps(self) -> list[Step]:
        """The layers that run, in order."""
        return self.graph.steps

    @property
    def layers(self) -> list[LayerShapes]:
        """A row for each layer that runs, for users: names and shapes as plain values."""
        return [_row(step) for step in self.graph.steps]

    @property
    def values(self) -> dict[str, Value]:
        """The last value of each blob."""
        return self.graph.values

    @cached_property
    def blobs(self) -> dict[str, Shape]:
        """The shape of each blob after its last writer."""
        shapes = {name: value.shape for name, value in self.graph.values.items()}
        for step in self.graph.steps:
            if len(step.facts.tops) > len(step.tops):
                shapes[AUTOMATIC_TOP] = step.facts.tops[-1]
        return shapes

    @cached_property
    def params(self) -> dict[str, list[Shape]]:
        """The shapes of the learnable blobs of each layer that has any."""
        return {
            step.name: [blob.shape for blob in step.facts.blobs]
            for step in self.graph.steps
            if step.facts.blobs
        }

    # What is wrong -------------------------------------------------------------------------------

    @cached_property
    def faults(self) -> list[Diagnostic]:
        """What inference found, in the order of the layers, without its place."""
        found: list[Diagnostic] = []
        for step in self.graph.steps:
            found += step.faults
        found += dialects(self.graph)
        if self._damaged:  # a layer whose text has errors is not what was meant
            found = [each for each in found if each.layer_index not in self._damaged]
        return found

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the text, then what inference found, each with its place."""
        found = self.faults
        if self._place is not None:
            found = [self._place(each) for each in found]
        return [*self.earlier, *found]

    @property
    def ok(self) -> bool:
        """Whether Caffe would load the net."""
        return not any(
            each.severity is Severity.ERROR
            for found in (self.earlier, self.faults)
            for each in found
        )

    @property
    def errors(self) -> Counter[tuple[str, str]]:
        """How many errors inference found, by code and layer: their words may name sizes."""
        found = [each for each in self.faults if each.severity is Severity.ERROR]
        return Counter((each.code, each.layer) for each in found)

    # What could not be known ---------------------------------------------------------------------

    @cached_property
    def unknown_tops(self) -> list[UnknownTop]:
        """The tops where sizes begin to be unknown, though nothing is wrong with their layers.

        What depends on these could not be checked.
        """
        found = []
        for step in self.steps:
            if step.faults or not all(value and _is_known(value.shape) for value in step.bottoms):
                continue
            for value in step.tops:
                if value.readers and not _is_known(value.shape):
                    found.append(
                        UnknownTop(
                            value.name,
                            value.shape,
                            step.name,
                            step.type,
                            unknown_reason(step.layer),
                        )
                    )
        return found

    # What checks ask -----------------------------------------------------------------------------

    @cached_property
    def trained(self) -> bool:
        """Whether the net is being trained: the phase is TRAIN, and there is a loss."""
        return self.phase == "TRAIN" and any(step.is_loss for step in self.steps)

    @cached_property
    def useful(self) -> set[Step]:
        """The layers that a loss depends on, losses among them."""
        found: set[Step] = set()
        for step in reversed(self.steps):
            if step.is_loss or any(reader in found for top in step.tops for reader in top.readers):
                found.add(step)
        return found

    def of_type(self, *types: str) -> Iterator[Step]:
        """The layers of these types."""
        return (step for step in self.steps if step.type in types)

    def context(self, step: Step) -> Context | None:
        """A layer as its schema's rules see it; ``None`` where that is unknown."""
        if step.schema is None or step.faults:
            return None
        phase = step.layer.phase if step.layer.HasField("phase") else self.state.number
        shapes = [value.shape if value else None for value in step.bottoms]
        return step.schema.context(step.layer, shapes, len(step.tops), phase, step.in_place)

    def location(self, step: Step) -> Location | None:
        """Where a layer is written or composed."""
        if self._place is None:
            return None
        return self._place(step.finding()).location

    # What would be -------------------------------------------------------------------------------

    def edited(self, edits: Sequence[Edit] = (), inputs: Inputs | None = None) -> Analysis:
        """The analysis of the net with these edits, or with other inputs; this one stays as it is.

        Raises `protogen.edits.EditError` for an edit that cannot be made.
        """
        message, wirings = self.message, list(self.wirings)
        if edits:
            message = type(message)()
            message.CopyFrom(self.message)
            apply(message, edits)
            wirings = [read_wiring(layer) for layer in message.layer]
        return Analysis(
            message,
            self.state,
            self.inputs if inputs is None else {**self.inputs, **inputs},
            wirings=wirings,
            earlier=self.earlier,
            place=self._place,
            damaged=moved_layers(dict.fromkeys(self._damaged), edits),
        )

    def walk_again(self, inputs: Inputs) -> None:
        """Infer this very analysis again with other inputs, which spares wiring the graph again.

        For whoever asks about many input sizes; never for an analysis that a net keeps.
        """
        for step in self.graph.steps:
            step.faults = ()
        for step, faults in self._wiring_faults:
            step.faults = faults
        for name in ("blobs", "params", "faults", "diagnostics"):
            self.__dict__.pop(name, None)
        self.inputs = inputs
        walk(self.graph, given_shapes(inputs), self._damaged, override=True)

    def __repr__(self) -> str:
        verdict = "accepted" if self.ok else "rejected"
        return f"<analysis in {self.phase}: {len(self.steps)} layers, {verdict}>"


def _row(step: Step) -> LayerShapes:
    bottoms = [value.shape if value else None for value in step.bottoms]
    return LayerShapes(
        step.index,
        step.name,
        step.type,
        tuple(zip(step.wiring.bottoms, bottoms)),
        tuple((value.name, value.shape) for value in step.tops),
        step.facts,
    )
