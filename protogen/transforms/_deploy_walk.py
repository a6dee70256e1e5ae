"""The layers that the outputs of a deploy net depend on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from protogen.graph import Step, Value
from protogen.transforms._training_net import TrainingNet, is_constant

__all__ = ["Walk", "samples_proposals"]

#: The types that copy their bottom in TEST.
_DROPOUTS = ("Dropout", "SpatialDropout")


class Walk:
    """The way back from the outputs: the layers to keep, and the inputs that these need.

    ``given`` are blobs for the caller to provide, where the way ends. ``keep`` are types and names
    of layers that stay although they only copy their bottom. ``rewired`` has the blob to read
    instead for some bottoms, by the indices of layer and bottom. ``readers`` has a layer that reads
    each blob.
    """

    def __init__(
        self,
        training: TrainingNet,
        targets: Collection[Value],
        given: Collection[str],
        keep: Collection[str],
    ) -> None:
        self.targets = frozenset(targets)
        self.given = given
        self.keep = frozenset(keep)
        self.kept: set[Step] = set()
        self.inputs: dict[str, None] = {}
        self.rewired: dict[tuple[int, int], str] = {}
        self.readers: dict[str, Step] = {}
        # A constant beside the data is part of the net; alone it stands for the data.
        steps = training.sources.values()
        self._keeps_constants = not all(map(is_constant, steps))
        waiting = list(targets)
        while waiting:
            waiting += self._visit(waiting.pop())
        self._join_slices(training)
        # A layer that copies in place was kept, because it produces the blob that its reader names.
        self.kept = {step for step in self.kept if not self.only_copies(step)}

    def _visit(self, value: Value) -> list[Value]:
        """Keep the layer that produces a value, and return the values that it reads."""
        step = value.step
        # A blob that is given is so before layers overwrite it.
        is_given = value.name in self.given and value.top not in step.in_place
        is_part = self._keeps_constants and is_constant(step)
        is_data = step.is_source and not is_part
        if is_given or is_data:
            self.inputs[value.name] = None
            return []
        # Several layers may read it, and its own bottoms have been visited with the first.
        if step in self.kept:
            return []
        self.kept.add(step)
        read: list[Value] = []
        for position in range(len(step.bottoms)):
            read += self._read(step, position)
        return read

    def _read(self, step: Step, position: int) -> Iterable[Value]:
        """The value that a layer will read as this bottom, or nothing if the caller provides it."""
        name, value = step.wiring.bottoms[position], step.bottoms[position]
        if value is None:
            self.inputs[name] = None
            self.readers.setdefault(name, step)
            return ()
        value = self.original(value)
        if value.name != name:
            self.rewired[step.index, position] = value.name
        self.readers.setdefault(value.name, step)
        return (value,)

    # Layers that only copy -----------------------------------------------------------------------

    def original(self, value: Value) -> Value:
        """The value that layers only copy in TEST."""
        while self._is_copy(value):
            bottom = value.step.bottoms[0]
            if bottom is None:
                break
            value = bottom
        return value

    def only_copies(self, step: Step) -> bool:
        """Whether a layer can go because it copies its bottom."""
        return any(map(self._is_copy, step.tops))

    def _is_copy(self, value: Value) -> bool:
        """Whether a layer that need not stay only copies its bottom to this value."""
        step = value.step
        if not self.keep.isdisjoint((step.type, step.name)):
            return False
        # The name of an output stays. In place it is that of the bottom.
        if value in self.targets and value.top not in step.in_place:
            return False
        if step.type in _DROPOUTS:
            return not _acts_in_test(step)
        return value.top == 0 and samples_proposals(step)

    # Slices of the data --------------------------------------------------------------------------

    def _join_slices(self, training: TrainingNet) -> None:
        """Where one part of sliced data is left, as of Siamese twins, let it be the input."""
        for name in list(self.inputs):
            reader = self._only_reader(training.analysis.values.get(name))
            if reader is None or reader.type != "Slice":
                continue
            tops = list(filter(self._is_read, reader.tops))
            if len(tops) == 1:
                self.kept.remove(reader)
                self._replace_input(name, tops[0].name)

    def _replace_input(self, old: str, new: str) -> None:
        """Put an input in the place of another one; they stay in their order."""
        names = {old: new}
        self.inputs = {names.get(each, each): None for each in self.inputs}

    def _only_reader(self, value: Value | None) -> Step | None:
        """The layer that reads a value, if it is the only one that is kept."""
        if value is None:
            return None
        readers = [step for step in value.readers if step in self.kept]
        if len(readers) != 1:
            return None
        return readers[0]

    def _is_read(self, top: Value) -> bool:
        """Whether a top is an output, or a layer that is kept reads it."""
        return top in self.targets or not self.kept.isdisjoint(top.readers)


def _acts_in_test(step: Step) -> bool:
    """Whether a Dropout changes values in TEST: forks have two fields for it.

    (source: ``DropoutLayer::Forward_cpu`` of alexgkendall/caffe-segnet, rbgirshick/caffe-fast-rcnn)
    """
    param = step.layer.dropout_param
    scales = param.HasField("scale_train") and not param.scale_train
    return param.sample_weights_test or scales


def samples_proposals(step: Step) -> bool:
    """Whether a layer picks the proposals to train on, and in TEST all of them are used.

    (source: ``ProposalTargetLayer`` of rbgirshick/py-faster-rcnn)
    """
    if step.type == "Python":
        return step.layer.python_param.layer == "ProposalTargetLayer"
    return step.type == "ProposalTarget"
