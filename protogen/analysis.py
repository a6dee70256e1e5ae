"""Everything that is known about a net in one state.

`Analysis` joins the graph, the facts and faults of inference and the findings of the text. Checks
and reports read it, and transforms are verified by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from protogen import proto
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.display import Displayed, Drawing, drawing
from protogen.edits import Edit, moved_layers
from protogen.field_changes import apply
from protogen.graph import Graph, State, Step, Value, Wiring, build, read_wiring
from protogen.inference import AUTOMATIC_TOP, Inputs, dialects, given_shapes, walk
from protogen.schema import Context, Facts
from protogen.shapes import Shape, format_shape, is_known
from protogen.sources import unknown_reason

__all__ = ["Analysis", "LayerShapes", "Place", "UnknownTop"]

#: Adds to a finding its location in the file, or in the program that composed the net.
Place = Callable[[Iterable[Diagnostic]], list[Diagnostic]]


@dataclass(frozen=True)
class UnknownTop:
    """A blob with an unknown size, the layer that produces it, and why the size is unknown."""

    blob: str
    shape: Shape
    layer: str
    type: str
    reason: str = ""

    def __str__(self) -> str:
        text = f'"{self.blob}" ({format_shape(self.shape)}) of layer "{self.layer}"'
        if self.type:
            text += f" ({self.type})"
        return text

    @property
    def option(self) -> str:
        """The option of the command line that gives the shape: ``--input data=64,C,28,28``."""
        # Without a number of axes, it is most likely an image.
        shape = _UNKNOWN_IMAGE if self.shape is None else self.shape
        words = list(_AXES)
        if len(shape) != len(_AXES):
            words = ["?"] * len(shape)
        for axis, size in enumerate(shape):
            if size is not None:
                words[axis] = str(size)
        return f"--input {self.blob}={','.join(words)}"


#: Errors in a text after which the other fields of the layer are as written.
_ERRORS_OF_ONE_FIELD = {
    "out-of-range",
    "several-values",
    "unknown-enum-value",
    "unknown-field",
    "wrong-value-type",
}

#: What the axes of an image are called where their sizes are for the user to fill in.
_AXES = "NCHW"
_UNKNOWN_IMAGE = (None,) * len(_AXES)


@dataclass(frozen=True)
class LayerShapes:
    """One layer that runs: its index in the net, its blobs with their shapes, and its facts."""

    index: int
    name: str
    type: str
    bottoms: tuple[tuple[str, Shape], ...]
    tops: tuple[tuple[str, Shape], ...]
    facts: Facts


class Analysis(Displayed):
    """What Caffe would do with a net in one state.

    ``message`` is the net in Caffe's current format, ``steps`` are its layers that run, in order,
    each with its ``facts``. ``inputs`` are the shapes that the caller gave. ``diagnostics`` are the
    findings of the text, and what Caffe rejects, each with its location.

    A shape is a tuple of sizes. An unknown size is ``None``, and so is a shape if even its number
    of axes is unknown.
    """

    def __init__(
        self,
        message: proto.NetParameter,
        state: State,
        inputs: Inputs,
        *,
        wirings: Sequence[Wiring] = (),
        earlier: Sequence[Diagnostic] = (),
        place: Place | None = None,
        damaged: Collection[int] = (),
        stated: Mapping[int, Sequence[Shape]] | None = None,
        with_hints: bool = True,
    ) -> None:
        self.message = message
        self.inputs = inputs
        self.earlier = earlier
        self.wirings = wirings
        self._place = place
        self._damaged = damaged
        self._stated = stated or {}
        self._given_state = state
        self.graph: Graph = build(message, state, wirings, with_hints=with_hints)
        # The faults of the wiring do not depend on shapes, so `walk_again` keeps them.
        self._wiring_faults = [(step, step.faults) for step in self.graph.steps if step.faults]
        walk(self.graph, given_shapes(inputs), damaged, self._stated)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the question; the answer is inferred again.

        The graph itself has cycles and long chains, which pickle cannot follow.
        """
        arguments = (self.message, self._given_state, self.inputs, self.earlier, self._place)
        return _restored, (*arguments, tuple(self._damaged), dict(self._stated))

    # What is known -------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state, with the stages that the net adds."""
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
        """The shape of each blob after it is written for the last time."""
        shapes = {name: value.shape for name, value in self.graph.values.items()}
        # Caffe gives a loss without a top one with this name, which nobody can read.
        for step in self.graph.steps:
            if len(step.facts.tops) > len(step.tops):
                shapes[AUTOMATIC_TOP] = step.facts.tops[-1]
        return shapes

    @cached_property
    def params(self) -> dict[str, list[Shape]]:
        """The shapes of the learnable blobs of each layer that has any."""
        found = {}
        for step in self.graph.steps:
            if step.facts.blobs:
                found[step.name] = [blob.shape for blob in step.facts.blobs]
        return found

    # What is wrong -------------------------------------------------------------------------------

    @cached_property
    def faults(self) -> list[Diagnostic]:
        """What inference found, in the order of the layers, without locations."""
        found: list[Diagnostic] = []
        for step in self.graph.steps:
            if step.faults:
                found += step.faults
        found += dialects(self.graph)
        if not self._damaged:
            return found
        return list(filter(self._is_real, found))

    @property
    def text_has_errors(self) -> bool:
        """Whether errors in the text may hide others, which show up once the text is right."""
        return any(map(_is_error, self.earlier))

    def _is_real(self, fault: Diagnostic) -> bool:
        """Whether a fault does not just follow from an error in the text of its layer.

        Such a layer was read only in part. Its type is as written if no error can have cut it off.
        """
        if fault.layer_index not in self._damaged:
            return True
        if fault.name != "unknown-type":
            return False
        errors = set()
        for each in filter(_is_error, self.earlier):
            if each.layer_index == fault.layer_index:
                errors.add(each.name)
        # Without an error of its own, the layer is damaged by text that the reader left out.
        if not errors:
            return False
        return errors <= _ERRORS_OF_ONE_FIELD

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """The findings of the text, then those of inference, each with its location."""
        found = self.faults
        if self._place is not None:
            found = self._place(found)
        return [*self.earlier, *found]

    @property
    def ok(self) -> bool:
        """Whether Caffe would load the net."""
        if self.text_has_errors:
            return False
        # Not `diagnostics`: finding the locations of all of them would cost more than the answer.
        return not any(map(_is_error, self.faults))

    @property
    def errors(self) -> Counter[tuple[str, str]]:
        """The number of errors that inference found, by code and layer.

        For comparing two analyses, in which the message of the same error may name other sizes.
        """
        found: Counter[tuple[str, str]] = Counter()
        for error in filter(_is_error, self.faults):
            found[error.code, error.layer] += 1
        return found

    # What could not be known ---------------------------------------------------------------------

    @cached_property
    def unknown_tops(self) -> list[UnknownTop]:
        """The tops where sizes begin to be unknown, though nothing is wrong with their layers.

        What depends on these could not be checked.
        """
        found = []
        for step in self.steps:
            # The faults of a layer that was read only in part may not be real.
            if step.faults and step.index not in self._damaged:
                continue
            # Behind an unknown bottom, unknown tops are no news.
            if not all(map(is_known, step.bottom_shapes)):
                continue
            for value in step.tops:
                # Nothing depends on a top that nothing reads.
                if value.readers and not is_known(value.shape):
                    found.append(self._unknown_top(value))
        return found

    def _unknown_top(self, value: Value) -> UnknownTop:
        step = value.step
        if step.index in self._damaged:
            reason = "its text has errors"
        else:
            reason = unknown_reason(step.layer)
        return UnknownTop(value.name, value.shape, step.name, step.type, reason)

    # What checks ask -----------------------------------------------------------------------------

    @cached_property
    def trained(self) -> bool:
        """Whether the net is being trained: the phase is TRAIN, and there is a loss."""
        if self.phase != "TRAIN":
            return False
        return any(step.is_loss for step in self.steps)

    @cached_property
    def useful(self) -> set[Step]:
        """The layers that a loss depends on, including the losses."""
        found: set[Step] = set()
        # Readers come after what they read, so backwards each reader has been decided already.
        for step in reversed(self.steps):
            if step.is_loss or _feeds(step, found):
                found.add(step)
        return found

    def of_type(self, *types: str) -> Iterator[Step]:
        """The layers of these types."""
        return (step for step in self.steps if step.type in types)

    def of_indices(self, indices: Collection[int]) -> Iterator[Step]:
        """The layers with these indices that run."""
        for index in indices:
            if index in self._step_by_index:
                yield self._step_by_index[index]

    @cached_property
    def _step_by_index(self) -> dict[int, Step]:
        return {step.index: step for step in self.steps}

    def is_special(self, step: Step) -> bool:
        """Whether more decides about a layer than its parameters and its bottoms."""
        return step.index in self._damaged or step.index in self._stated

    def wiring_faults(self, step: Step) -> tuple[Diagnostic, ...]:
        """The faults of a layer that do not depend on shapes."""
        return self._wiring_faults_of.get(step.index, ())

    @cached_property
    def _wiring_faults_of(self) -> dict[int, tuple[Diagnostic, ...]]:
        return {step.index: faults for step, faults in self._wiring_faults}

    def context(self, step: Step) -> Context | None:
        """A layer as its schema's rules see it; ``None`` if it has faults or an unknown bottom.

        Also ``None`` if its text has errors: it may lack the bottoms that the rules rely on.
        """
        if step.schema is None:
            return None
        if step.faults or step.index in self._damaged:
            return None
        # Net::Init gives a layer the net's phase if it has none.
        phase: int = self.state.number
        if step.layer.HasField("phase"):
            phase = step.layer.phase
        return step.schema.context(
            step.layer, step.bottom_shapes, len(step.tops), phase, step.in_place
        )

    def location(self, step: Step) -> Location | None:
        """Where a layer is written or composed."""
        if self._place is None:
            return None
        return self._place([step.finding()])[0].location

    # What would be -------------------------------------------------------------------------------

    def edited(self, edits: Sequence[Edit] = (), inputs: Inputs | None = None) -> Analysis:
        """The analysis of the net with these edits and further inputs; this one does not change.

        Its faults are for comparison: they have no hints.

        Raises `protogen.edits.EditError` for an edit that cannot be made.
        """
        message, wirings = self.message, list(self.wirings)
        if edits:
            message = type(message)()
            message.CopyFrom(self.message)
            apply(message, edits)
            # An edit may change what a layer reads and writes, and which one has which index.
            wirings = [read_wiring(layer) for layer in message.layer]
        return Analysis(
            message,
            self.state,
            {**self.inputs, **(inputs or {})},
            wirings=wirings,
            earlier=self.earlier,
            place=self._place,
            damaged=moved_layers(dict.fromkeys(self._damaged), edits),
            stated=moved_layers(self._stated, edits),
            with_hints=False,
        )

    def walk_again(self, inputs: Inputs) -> None:
        """Infer this analysis again with other inputs, without building the graph again.

        For trying many input sizes. Never for an analysis that a net keeps, because it changes the
        answers that others rely on.
        """
        for step in self.graph.steps:
            step.faults = ()
        for step, faults in self._wiring_faults:
            step.faults = faults
        # The cached properties that depend on shapes.
        for name in ("blobs", "params", "faults", "diagnostics"):
            self.__dict__.pop(name, None)
        self.inputs = inputs
        walk(self.graph, given_shapes(inputs), self._damaged, self._stated, override=True)

    def draw(self) -> Drawing:
        """The graph of the net as a picture, which a notebook shows and ``save`` writes as SVG."""
        return drawing(self)

    def _repr_svg_(self) -> str:
        return self.draw().svg

    def __repr__(self) -> str:
        verdict = "accepted" if self.ok else "rejected"
        return f"<analysis in {self.phase}: {len(self.steps)} layers, {verdict}>"


def _restored(
    message: Any,
    state: State,
    inputs: Inputs,
    earlier: Sequence[Diagnostic],
    place: Place | None,
    damaged: Collection[int],
    stated: Mapping[int, Sequence[Shape]],
) -> Analysis:
    return Analysis(
        message,
        state,
        inputs,
        wirings=[read_wiring(layer) for layer in message.layer],
        earlier=earlier,
        place=place,
        damaged=damaged,
        stated=stated,
    )


def _is_error(finding: Diagnostic) -> bool:
    return finding.severity is Severity.ERROR


def _feeds(step: Step, readers: set[Step]) -> bool:
    """Whether one of these layers reads a top of this one."""
    return any(not readers.isdisjoint(top.readers) for top in step.tops)


def _row(step: Step) -> LayerShapes:
    return LayerShapes(
        step.index,
        step.name,
        step.type,
        bottoms=tuple(zip(step.wiring.bottoms, step.bottom_shapes)),
        tops=tuple((value.name, value.shape) for value in step.tops),
        facts=step.facts,
    )
