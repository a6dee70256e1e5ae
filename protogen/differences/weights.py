"""Which weights of a caffemodel of one net another net loads.

(source: ``Net::CopyTrainedLayersFrom``)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from protogen.analysis import Analysis
from protogen.differences.net_differences import present
from protogen.graph import State, Step
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
        return not any(each.fit == "aborts" for each in self.layers)

    @property
    def complete(self) -> bool:
        """Whether every learnable blob gets its weights from the caffemodel."""
        return all(each.fit in ("loads", "unused") for each in self.layers)

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
    found = []
    for name, step in saved.items():
        if name in target:
            fit = _fit(step, target[name])
            if fit is not None:
                found.append(fit)
        elif step.facts.blobs:
            found.append(BlobFit(name, step.type, "unused", "no layer with this name"))
    shared = _shared(target, {each.layer for each in found if each.fit == "loads"})
    for name, step in target.items():
        if name not in saved and step.facts.blobs:
            found.append(_filled(step, shared))
    return WeightsFit(found)


def _phase(net: Net, wanted: str) -> str:
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
    for step in unknown.steps:
        for value in step.tops:
            other = known.values.get(value.name)
            if step.bottoms or is_known(value.shape) or other is None or other.step.bottoms:
                continue
            if value.name not in inputs and other.shape:
                found[value.name] = (None, *other.shape[1:])
    return found


def _by_name(analysis: Analysis) -> dict[str, Step]:
    """The layers by name; of several with the same name, Caffe takes the first."""
    found: dict[str, Step] = {}
    for step in analysis.steps:
        found.setdefault(step.name, step)
    return found


def _fit(saved: Step, target: Step) -> BlobFit | None:
    """What becomes of two layers with the same name; ``None`` if neither learns anything."""
    old, new = saved.facts.blobs, target.facts.blobs
    if not _is_known(saved) or not _is_known(target):
        return BlobFit(target.name, target.type, "unknown", "the shapes are not known")
    if not (old or new):
        return None
    if len(old) != len(new):
        reason = f"the caffemodel has {len(old)} blobs, and the net {len(new)}"
        return BlobFit(target.name, target.type, "aborts", reason)
    for before, after in zip(old, new):
        if before.shape != after.shape:
            return BlobFit(target.name, target.type, "aborts", _mismatch(before, after))
    return BlobFit(target.name, target.type, "loads")


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
    if type(schema).blob_shapes is LayerSchema.blob_shapes:  # it learns nothing
        return True
    if step.faults or (step.facts.macs is None and not step.facts.blobs):
        return False
    return all(is_known(blob.shape) for blob in step.facts.blobs)


def _shared(target: dict[str, Step], loaded: set[str]) -> set[str]:
    """The names of the shared blobs that a layer loads."""
    names = set()
    for name in loaded:
        names |= {param.name for param in target[name].layer.param if param.name}
    return names


def _filled(step: Step, shared: set[str]) -> BlobFit:
    names = [param.name for param in step.layer.param]
    if len(names) >= len(step.facts.blobs) and shared.issuperset(names[: len(step.facts.blobs)]):
        return BlobFit(step.name, step.type, "loads", "shares the blobs of another layer")
    reason = "the caffemodel has no layer with this name"
    return BlobFit(step.name, step.type, "filler", reason)
