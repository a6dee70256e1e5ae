"""Which weights of a caffemodel of one net another net loads.

(source: ``Net::CopyTrainedLayersFrom``)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from protogen.analysis import Analysis
from protogen.differences.net_differences import present
from protogen.graph import State, Step, Value
from protogen.inference import Inputs
from protogen.net import Net
from protogen.schema import LayerSchema, Learnable
from protogen.shapes import format_shape, is_known

__all__ = ["BlobFit", "WeightsFit", "weights_fit"]

#: *loads*: Caffe copies the blobs. *filler*: the caffemodel has none, and they stay as they were
#: filled. *aborts*: they do not fit. *unused*: the net has no such layer. *unknown*: the shapes
#: are not known.
Fit = Literal["loads", "filler", "aborts", "unused", "unknown"]


@dataclass(frozen=True)
class BlobFit:
    """What becomes of the learnable blobs of one layer, and why."""

    layer: str
    type: str
    fit: Fit
    reason: str = ""


@dataclass(frozen=True)
class WeightsFit:
    """What becomes of each layer with learnable blobs, in the order in which Caffe loads them."""

    layers: list[BlobFit]

    @property
    def loads(self) -> bool:
        """Whether Caffe loads the caffemodel without aborting."""
        return not self.of("aborts")

    @property
    def complete(self) -> bool:
        """Whether every learnable blob gets its weights from the caffemodel."""
        return not self.of("filler", "aborts", "unknown")

    def of(self, *fits: Fit) -> list[BlobFit]:
        """The layers with these fits."""
        return [each for each in self.layers if each.fit in fits]


def weights_fit(
    trained: Net, net: Net, *, phase: str | None = None, inputs: Inputs | None = None
) -> WeightsFit:
    """Whether a caffemodel of ``trained``, saved in training, fits ``net``.

    Caffe finds layers by name. Layers with the same name must have as many blobs, with the same
    shapes; otherwise it aborts. ``phase`` is that of ``net``: by default TEST, or TRAIN if the net
    is for training only. ``inputs`` are shapes of data whose source is unavailable; what is not
    given is taken from the blob with the same name in the other net.
    """
    saved, target = _all_steps(trained, net, phase, inputs or {})
    # CopyTrainedLayersFrom goes through the layers of the caffemodel, not of the net.
    found = []
    for name, step in saved.items():
        fit = _fit(step, target.get(name))
        if fit is not None:
            found.append(fit)
    # A layer that is not loaded itself may share its blobs with one that is.
    loaded = WeightsFit(found).of("loads")
    shared = _shared([target[each.layer] for each in loaded])
    for name, step in target.items():
        if name not in saved and step.facts.blobs:
            found.append(_filled(step, shared))
    return WeightsFit(found)


def _phase(net: Net, wanted: str) -> str:
    """The wanted phase, unless the net is meant for the other one only."""
    phases = net.meant_phases()
    return wanted if wanted in phases else phases[0]


def _all_steps(
    trained: Net, net: Net, phase: str | None, inputs: Inputs
) -> tuple[dict[str, Step], dict[str, Step]]:
    saved = trained.analysis(State(_phase(trained, "TRAIN")), present(inputs, trained))
    target = net.analysis(State(phase or _phase(net, "TEST")), present(inputs, net))
    for_saved, for_target = _data(target, saved, inputs), _data(saved, target, inputs)
    if for_saved:
        saved = saved.edited((), for_saved)
    if for_target:
        target = target.edited((), for_target)
    return _by_name(saved), _by_name(target)


def _data(known: Analysis, unknown: Analysis, inputs: Inputs) -> Inputs:
    """The shapes of data in one net that the other one does not know, except the batch."""
    found: dict[str, tuple[int | None, ...]] = {}
    for value in _unknown_data(unknown):
        other = known.values.get(value.name)
        # What the user gives takes precedence.
        if other is None or value.name in inputs:
            continue
        # A blob with the same name that is computed, not read, has a shape of its own.
        if other.shape and not other.step.bottoms:
            found[value.name] = (None, *other.shape[1:])
    return found


def _unknown_data(analysis: Analysis) -> Iterator[Value]:
    """The tops of data layers whose shapes are unknown, as those of a missing database."""
    for step in analysis.steps:
        if step.bottoms:
            continue
        for value in step.tops:
            if not is_known(value.shape):
                yield value


def _by_name(analysis: Analysis) -> dict[str, Step]:
    """The layers by name; of several with the same name, Caffe takes the first."""
    found: dict[str, Step] = {}
    for step in analysis.steps:
        found.setdefault(step.name, step)
    return found


def _fit(saved: Step, target: Step | None) -> BlobFit | None:
    """What becomes of two layers with the same name; ``None`` if neither learns anything."""
    if target is None:
        if not saved.facts.blobs:
            return None
        return BlobFit(saved.name, saved.type, "unused", "no layer with this name")
    # A layer with unknown blobs seems to have none, so this comes before they are counted.
    if not _is_known(saved) or not _is_known(target):
        return BlobFit(target.name, target.type, "unknown", "the shapes are not known")
    if not saved.facts.blobs and not target.facts.blobs:
        return None
    reason = _misfit(saved.facts.blobs, target.facts.blobs)
    return BlobFit(target.name, target.type, "aborts" if reason else "loads", reason)


def _misfit(old: Sequence[Learnable], new: Sequence[Learnable]) -> str:
    """Why the blobs of a layer do not fit it; empty if they do."""
    if len(old) != len(new):
        return f"the caffemodel has {len(old)} blobs, and the net {len(new)}"
    for before, after in zip(old, new):
        # Only blobs of old files may differ, which have num, channels, height and width.
        # (source: ``Blob::ShapeEquals``)
        if before.shape != after.shape:
            return _mismatch(before, after)
    return ""


def _mismatch(old: Learnable, new: Learnable) -> str:
    return (
        f"{new.name} is {format_shape(old.shape)} in the caffemodel, and"
        f" {format_shape(new.shape)} in the net"
    )


def _is_known(step: Step) -> bool:
    """Whether the number and the shapes of what a layer learns are known."""
    schema = step.schema
    if schema is None:
        return False
    # A type that does not say what it learns learns nothing, even if its bottoms are unknown.
    if type(schema).blob_shapes is LayerSchema.blob_shapes:
        return True
    if step.faults:
        return False
    if not step.facts.blobs:
        return step.facts.macs is not None
    return all(is_known(blob.shape) for blob in step.facts.blobs)


def _shared(loaded: list[Step]) -> set[str]:
    """The names of the shared blobs that layers load."""
    names: set[str] = set()
    for step in loaded:
        names.update(param.name for param in step.layer.param)
    # A param without a name shares nothing.
    return names.difference([""])


def _filled(step: Step, shared: set[str]) -> BlobFit:
    """What becomes of a layer that the caffemodel does not have."""
    # Blobs beyond the params are not shared.
    number = len(step.facts.blobs)
    names = [param.name for param in step.layer.param[:number]]
    if len(names) == number and shared.issuperset(names):
        return BlobFit(step.name, step.type, "loads", "shares the blobs of another layer")
    reason = "the caffemodel has no layer with this name"
    return BlobFit(step.name, step.type, "filler", reason)
