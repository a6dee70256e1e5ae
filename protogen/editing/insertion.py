"""Insert layers before or after another one, or replace it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from protogen import layers as layer_types
from protogen import proto
from protogen.analysis import Analysis
from protogen.editing._wires import Rewiring, readers, reject
from protogen.editing.removal import shared_parameters
from protogen.edits import Edit, insert
from protogen.graph import Step

__all__ = ["insertion_after", "insertion_before", "replacement"]

_Layers = Sequence[proto.LayerParameter]


def insertion_after(analyses: Sequence[Analysis], index: int, new: _Layers) -> list[Edit]:
    """The edits that insert layers after one, between it and what reads its top.

    The first new layer reads a top of the layer, by default the first; what has read that reads the
    first top of the last new layer.
    """
    layer = analyses[0].message.layer[index]
    if not new[0].bottom:
        if not layer.top:
            reject("has no top to read", layer)
        new[0].bottom.append(layer.top[0])
    _complete_chain(layer, new)
    _check_names(analyses, new)
    rewiring = Rewiring(analyses)
    # A layer without tops, such as a Silence, has no readers.
    if new[-1].top:
        top = new[-1].top[0]
        # With its own name the new layer is in place, and its readers stay right.
        read = set(new[0].bottom) - {top}
        for step in rewiring.steps(index):
            for value in step.tops:
                if value.name in read:
                    rewiring.follow(value, top)
    return [*_inserts(index + 1, new), *rewiring.edits()]


def insertion_before(analyses: Sequence[Analysis], index: int, new: _Layers) -> list[Edit]:
    """The edits that insert layers before one, between it and what it reads.

    The first new layer reads a bottom of the layer, by default the first; the layer reads the first
    top of the last new layer instead. Before a layer in place, the new ones are in place, too.
    """
    layer = analyses[0].message.layer[index]
    if not layer.bottom:
        reject("has no bottom; insert a layer after it", layer)
    if not new[0].bottom:
        new[0].bottom.append(layer.bottom[0])
    read = new[0].bottom[0]
    if read in layer.top:
        _put_in_place(new, read)
    _complete_chain(layer, new)
    _check_names(analyses, new)
    rewiring = Rewiring(analyses)
    written = new[-1].top[0] if new[-1].top else read
    if written != read:
        for step in rewiring.steps(index):
            _read_instead(rewiring, step, read, written)
    return [*_inserts(index, new), *rewiring.edits()]


def _put_in_place(new: _Layers, blob: str) -> None:
    """Let each new layer without tops overwrite a blob."""
    for layer in new:
        if not layer.top:
            layer.top.append(blob)


def _read_instead(rewiring: Rewiring, step: Step, old: str, new: str) -> None:
    """Let a layer read another blob as each bottom with the old name."""
    for position, value in enumerate(step.bottoms):
        if value is not None and value.name == old:
            rewiring.read_at(step, position, new)


def replacement(
    net: proto.NetParameter, analyses: Sequence[Analysis], index: int, new: _Layers
) -> list[Edit]:
    """The edits that put layers in the place of one: they read what it reads, and are read for it.

    The fields ``bottom``, ``top``, ``include``, ``exclude`` and ``phase`` are those of the old
    layer unless they are given.
    """
    layer = net.layer[index]
    if not new[0].bottom:
        new[0].bottom.extend(layer.bottom)
    # A top that is not set here gets the name of the new layer, and its readers follow.
    if not new[-1].top and not _must_leave_place(layer, new[-1]):
        new[-1].top.extend(layer.top)
    _complete_chain(layer, new)
    _check_names(analyses, new, without=index)
    rewiring = Rewiring(analyses)
    for step in rewiring.steps(index):
        _rewire_tops(rewiring, step, new[-1])
    return [
        # Set, not deleted and inserted, so that the comments before the layer stay.
        Edit(("layer", index), "set", new[0]),
        *_inserts(index + 1, new[1:]),
        *rewiring.edits(),
        *shared_parameters(net, [index]),
    ]


def _rewire_tops(rewiring: Rewiring, step: Step, new: proto.LayerParameter) -> None:
    for position, value in enumerate(step.tops):
        if position < len(new.top):
            name = new.top[position]
            if name != value.name:
                rewiring.follow(value, name)
            continue
        # The new layer has fewer tops; the others must not be read.
        for reader, _ in readers(value):
            reject(
                f'cannot be replaced: layer "{reader.name}" reads its top "{value.name}", which'
                f' "{new.name}" does not have',
                step.layer,
                hint="give the new layer as many tops",
            )


def _must_leave_place(old: proto.LayerParameter, new: proto.LayerParameter) -> bool:
    """Whether the old layer works in place, and the new one cannot."""
    if set(old.top).isdisjoint(old.bottom):
        return False
    schema = layer_types.find(new.type)
    # Nothing is known about a type of an unknown fork, so it stays where the old one was.
    if schema is None:
        return False
    # A pooling in place of a ReLU would overwrite what it still has to read.
    return not schema.elementwise or schema.reads_bottom_while_writing


def _complete_chain(layer: proto.LayerParameter, new: _Layers) -> None:
    """Let each new layer read the one before it, and have a top with its own name."""
    for each in new:
        if not each.top and _has_tops(each):
            each.top.append(each.name)
        # A new layer runs when the layer does that it is inserted at.
        has_rules = each.include or each.exclude
        if not has_rules:
            each.include.extend(layer.include)
            each.exclude.extend(layer.exclude)
    # The first new layer has no predecessor here: it reads a blob of the net.
    for previous, each in pairwise(new):
        if not each.bottom:
            each.bottom.append(previous.top[0])


def _has_tops(layer: proto.LayerParameter) -> bool:
    """Whether a layer writes blobs; a Silence does not."""
    schema = layer_types.find(layer.type)
    return schema is None or schema.tops not in (0, (0, 0))


def _check_names(analyses: Sequence[Analysis], new: _Layers, without: int = -1) -> None:
    """Reject a new layer with the name of another one."""
    # Caffe would load the net, but fill only the first of the two from a caffemodel.
    names = [layer.name for layer in analyses[0].message.layer]
    if without >= 0:
        del names[without]
    taken = set(names)
    for layer in new:
        if layer.name in taken:
            reject(f'a layer named "{layer.name}" already exists')
        taken.add(layer.name)


def _inserts(index: int, new: Iterable[proto.LayerParameter]) -> list[Edit]:
    return [insert(("layer", index), layer) for layer in new]
