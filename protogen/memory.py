"""Which blobs share memory, and which layers read a blob after another layer has overwritten it.

Flatten, Reshape and Split copy nothing: their tops use the memory of their bottom. So do the tops
of a Concat with one bottom, a Slice with one top, and a Permute that keeps the order. If a layer
writes such a top in place, it overwrites the bottom too, and Caffe does not check who reads that.
(source: ``Blob::ShareData`` in these layers; each was tried in a real Caffe)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from protogen import proto
from protogen.analysis import Analysis
from protogen.graph import Step, Value

if TYPE_CHECKING:
    from protogen.proto import LayerParameter

__all__ = ["Memory", "Overwrite", "shared_bottom", "shares_memory"]


class Overwrite(NamedTuple):
    """A layer that overwrites a value, and the bottom that it writes in place."""

    step: Step
    bottom: Value


class Memory:
    """The memory of each value in one phase, and the layers that overwrite it, in order.

    A memory is identified by the value that was written to it first. Each write in place starts the
    next version of it, and a value is the content of one version.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        #: For each value, the first value in its memory, and the number of overwrites before it.
        self._origin: dict[Value, Value] = {}
        self._version: dict[Value, int] = {}
        #: For each memory, the layers that overwrite it, in order.
        self._overwrites: dict[Value, list[Overwrite]] = {}
        #: For a value in the memory of another blob, the layer that shares it.
        self._sharing: dict[Value, Step] = {}
        #: The values that a layer reads after they have been overwritten, in order.
        self.stale_reads: list[tuple[Step, Value]] = []
        for step in analysis.steps:
            self._read(step)
            self._write(step)

    def overwrite(self, value: Value) -> Overwrite | None:
        """The first layer that overwrites a value; ``None`` if no layer does."""
        overwrites = self._overwrites[self._origin[value]]
        version = self._version[value]
        # The last version is never overwritten.
        if version == len(overwrites):
            return None
        return overwrites[version]

    def shared_overwrite(self, value: Value) -> Overwrite | None:
        """As `overwrite`, if the layer overwrites the value through another name."""
        found = self.overwrite(value)
        if found is None or found.bottom is value:
            return None
        return found

    def sharing_layer(self, value: Value) -> Step | None:
        """The layer whose top is in the memory of its bottom, and so in that of the value."""
        return self._sharing.get(value)

    def _read(self, step: Step) -> None:
        """Note the bottoms that earlier layers have overwritten."""
        for bottom in step.produced_bottoms:
            # What Caffe reads there is the later version.
            if self.overwrite(bottom) is not None:
                self.stale_reads.append((step, bottom))

    def _write(self, step: Step) -> None:
        """Give each top its memory."""
        for position, top in enumerate(step.tops):
            if position in step.in_place:
                self._overwrite(step, position, top)
                continue
            bottom = shared_bottom(step, position)
            if bottom is not None:
                self._share(bottom, top)
                self._sharing[top] = step
            else:
                self._origin[top] = top
                self._version[top] = 0
                self._overwrites[top] = []

    def _overwrite(self, step: Step, position: int, top: Value) -> None:
        """Let a top take the memory of its bottom, as the next version if its values change."""
        bottom = step.bottoms[position]
        assert bottom is not None
        self._share(bottom, top)
        if self._changes_values(step):
            overwrites = self._overwrites[self._origin[top]]
            overwrites.append(Overwrite(step, bottom))
            self._version[top] = len(overwrites)

    def _share(self, bottom: Value, top: Value) -> None:
        """Let a top be the same version of the same memory as its bottom."""
        self._origin[top] = self._origin[bottom]
        self._version[top] = self._version[bottom]
        if bottom in self._sharing:
            self._sharing[top] = self._sharing[bottom]

    def _changes_values(self, step: Step) -> bool:
        """Whether a layer in place writes other values: in TEST, Dropout copies its bottom."""
        if step.type != "Dropout":
            return True
        if step.layer.HasField("phase"):
            return bool(step.layer.phase == proto.TRAIN)
        return self._analysis.phase == "TRAIN"


def shared_bottom(step: Step, position: int) -> Value | None:
    """The bottom whose memory a top uses; ``None`` if it has its own memory."""
    # The memory of the bottom with the same name, which need not be the first one.
    if position in step.in_place:
        return step.bottoms[position]
    if step.bottoms and shares_memory(step.layer):
        return step.bottoms[0]
    return None


def shares_memory(layer: LayerParameter) -> bool:
    """Whether the tops of a layer, unless it works in place, use the memory of its first bottom."""
    if layer.type in ("Flatten", "Reshape", "Split"):
        return True
    if layer.type == "Concat":
        return len(layer.bottom) == 1
    if layer.type == "Slice":
        return len(layer.top) == 1
    if layer.type == "Permute":
        # Caffe appends the axes that are not written, in order.
        order = list(layer.permute_param.order)
        return order == list(range(len(order)))
    return False
