"""Insert layers before or after another one, or replace it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    if new[-1].top:
        for step in rewiring.steps(index):
            for value in step.tops:
                if value.name in new[0].bottom and new[-1].top[0] != value.name:
                    rewiring.follow(value, new[-1].top[0])
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
        for each in new:
            if not each.top:
                each.top.append(read)
    _complete_chain(layer, new)
    _check_names(analyses, new)
    rewiring = Rewiring(analyses)
    if new[-1].top:
        for step in rewiring.steps(index):
            for position, value in enumerate(step.bottoms):
                if value is not None and value.name == read != new[-1].top[0]:
                    rewiring.read_at(step, position, new[-1].top[0])
    return [*_inserts(index, new), *rewiring.edits()]


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
    if not new[-1].top and not _must_leave_place(layer, new[-1]):
        new[-1].top.extend(layer.top)
    _complete_chain(layer, new)
    _check_names(analyses, new, without=index)
    rewiring = Rewiring(analyses)
    for step in rewiring.steps(index):
        _rewire_tops(rewiring, step, new[-1])
    return [
        Edit(("layer", index), "set", new[0]),
        *_inserts(index + 1, new[1:]),
        *rewiring.edits(),
        *shared_parameters(net, [index]),
    ]


def _rewire_tops(rewiring: Rewiring, step: Step, new: proto.LayerParameter) -> None:
    for position, value in enumerate(step.tops):
        if position < len(new.top):
            if new.top[position] != value.name:
                rewiring.follow(value, new.top[position])
            continue
        for reader, _ in readers(value):
            reject(
                f'cannot be replaced: layer "{reader.name}" reads its top "{value.name}", which'
                f' "{new.name}" does not have',
                step.layer,
                hint="give the new layer as many tops",
            )


def _must_leave_place(old: proto.LayerParameter, new: proto.LayerParameter) -> bool:
    """Whether the old layer works in place, and the new one cannot."""
    if not set(old.top) & set(old.bottom):
        return False
    schema = layer_types.find(new.type)
    return schema is not None and (not schema.elementwise or schema.reads_bottom_while_writing)


def _complete_chain(layer: proto.LayerParameter, new: _Layers) -> None:
    """Let each new layer read the one before it, and have a top with its own name."""
    for position, each in enumerate(new):
        if position and not each.bottom:
            each.bottom.append(new[position - 1].top[0])
        if not each.top and _has_tops(each):
            each.top.append(each.name)
        # A new layer runs when the layer does that it is inserted at.
        if not (each.include or each.exclude):
            each.include.extend(layer.include)
            each.exclude.extend(layer.exclude)


def _has_tops(layer: proto.LayerParameter) -> bool:
    schema = layer_types.find(layer.type)
    return schema is None or schema.tops not in (0, (0, 0))


def _check_names(analyses: Sequence[Analysis], new: _Layers, without: int = -1) -> None:
    """Reject a new layer with the name of another one."""
    others = {
        layer.name for index, layer in enumerate(analyses[0].message.layer) if index != without
    }
    for layer in new:
        if layer.name in others:
            reject(f'a layer named "{layer.name}" already exists')
        others.add(layer.name)


def _inserts(index: int, new: Iterable[proto.LayerParameter]) -> list[Edit]:
    return [insert(("layer", index), layer) for layer in new]
