"""The inputs of a deploy net: one for each blob that data layers produced and the net needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.shapes import COLOR_CHANNELS, Shape, filled, is_known

__all__ = ["DeployInput", "deploy_inputs"]

#: What the axes of an image are called where the user has to fill in their sizes.
_AXES = "NCHW"


@dataclass
class DeployInput:
    """A blob for the caller of the net to fill.

    ``reason`` says where its shape comes from, ``transform`` what its layer did to the data, and
    ``assumed`` is whether its channels are not stated.
    """

    blob: str
    shape: Shape
    layer: str = ""
    type: str = ""
    layer_index: int = -1
    reason: str = ""
    transform: str = ""
    assumed: bool = False

    @property
    def option(self) -> str:
        """The option that gives the shape: ``--input data=1x3xHxW``."""
        sizes = self.shape
        if sizes is None:
            sizes = (None,) * len(_AXES)
        letters = "?" * len(sizes)
        if len(sizes) == len(_AXES):
            letters = _AXES
        # The batch is 1, unless the caller wants another.
        letters = letters.replace("N", "1")
        words = []
        for letter, size in zip(letters, sizes):
            words.append(letter if size is None else str(size))
        return f"--input {self.blob}={'x'.join(words)}"


def deploy_inputs(
    needed: Collection[str],
    analyses: Iterable[Analysis],
    given: Mapping[str, Shape],
    batch: int | None,
) -> list[DeployInput]:
    """The inputs with these names, with the shapes given or else those of their layers."""
    inputs = [DeployInput(name, None) for name in needed]
    by_blob = {each.blob: each for each in inputs}
    for analysis in analyses:
        _describe_all(by_blob, analysis)
    # Before the shapes given, whose batch stays unless another one is asked for.
    _set_batches(inputs, batch)
    for each in inputs:
        if each.blob in given:
            _use_given(each, given[each.blob], batch)
        elif not is_known(each.shape):
            _assume_channels(each)
    return inputs


def _describe_all(by_blob: Mapping[str, DeployInput], analysis: Analysis) -> None:
    """Add what the layers of a phase state about the inputs."""
    for step in analysis.steps:
        for top in step.tops:
            found = by_blob.get(top.name)
            if found is not None:
                _describe(found, step, top.shape)


def _use_given(found: DeployInput, shape: Shape, batch: int | None) -> None:
    """Use the shape that the caller gives; its unknown sizes are those of the layer."""
    found.shape = filled(shape, found.shape)
    if batch:
        found.shape = _with_batch(found.shape, batch)
    found.reason = "as given"
    found.assumed = False


def _describe(found: DeployInput, step: Step, shape: Shape) -> None:
    """Add what a layer states about a blob to what the layers of other phases state."""
    # The layer of TEST comes first; what it leaves open, that of TRAIN may state.
    if not found.layer:
        found.layer, found.type, found.layer_index = step.name, step.type, step.index
        found.reason = _reason(step)
    if not found.transform:
        found.transform = _transform(step)
    found.shape = filled(found.shape, shape)
    is_image = found.shape is not None and len(found.shape) == len(_AXES)
    if step.type != "Data" or not is_image:
        return
    # Images in a database may have any number of channels, unless one of these fields sets it.
    transform = step.layer.transform_param
    if transform.force_gray:
        found.shape = filled(found.shape, (None, 1, None, None))
    elif transform.force_color:
        found.shape = filled(found.shape, (None, COLOR_CHANNELS, None, None))


def _reason(step: Step) -> str:
    """Which fields of a data layer its sizes come from."""
    # DataTransformer crops last, so that nothing else matters for the size.
    if step.layer.transform_param.crop_size:
        return "the size is its crop_size"
    if step.layer.transform_param.resize_param:
        return "the size is that of its resize_param"
    if step.type in ("Input", "DummyData", "MemoryData"):
        return "the shape is written there"
    return "the size is that of its data"


def _transform(step: Step) -> str:
    """What a data layer does to the values of an image, in Caffe's order."""
    param = step.layer.transform_param
    words = []
    if param.mean_value:
        values = ", ".join(format(value, "g") for value in param.mean_value)
        words.append(f"subtract {values}")
    if param.mean_file:
        words.append(f"subtract the mean of {param.mean_file}")
    if param.scale != 1:
        words.append(f"multiply by {param.scale:.7g}")
    return ", ".join(words)


def _set_batches(inputs: list[DeployInput], batch: int | None) -> None:
    """Set the first axis of the inputs that have the batch of the first one: 1 by default."""
    new = batch or 1
    first = _first_size(inputs[0].shape) if inputs else ()
    for each in inputs:
        # Another first size is not a batch, as in the regions of interest of a detector.
        if _first_size(each.shape) == first:
            each.shape = _with_batch(each.shape, new)


def _first_size(shape: Shape) -> tuple[int | None, ...]:
    """The size of the first axis, by itself; empty if it is unknown whether there is one."""
    return (shape or ())[:1]


def _with_batch(shape: Shape, batch: int) -> Shape:
    # It is unknown, or a scalar.
    if not shape:
        return shape
    return (batch, *shape[1:])


def _assume_channels(found: DeployInput) -> None:
    """Assume color images, if the height and the width are known but the channels are not."""
    shape = found.shape
    if shape is None or len(shape) != len(_AXES):
        return
    # Without the size of the image the user is asked for the whole shape anyway.
    with_color = (shape[0], COLOR_CHANNELS, *shape[2:])
    if shape[1] is None and is_known(with_color):
        found.shape = with_color
        found.assumed = True
