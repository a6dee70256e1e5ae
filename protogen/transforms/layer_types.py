"""Replace the layers that a target lacks, or reads in another way, by layers that it has."""

from __future__ import annotations

from protogen import proto
from protogen.analysis import Analysis
from protogen.editing.insertion import replacement
from protogen.editing.removal import removal
from protogen.graph import State
from protogen.net import Net
from protogen.portability.dialect.equivalents import Site
from protogen.portability.dialect.new_names import NewNames
from protogen.portability.dialect.replacement import (
    Replacement,
    lacks,
    message_of,
    replacement_of,
    rewrite_of,
)
from protogen.portability.quirks import quirks_of
from protogen.targets import Target
from protogen.transforms._transform import (
    Origins,
    Result,
    Transform,
    check_text,
    compose_origins,
    origins_after,
)

__all__ = ["LayerTypes"]


class LayerTypes(Transform):
    """Replace layers so that ``target`` computes what Caffe computes.

    A layer of a type that the target lacks is replaced by others that compute the same: ReLU6 by a
    Clip, Swish by a Sigmoid and a product. A Dropout, a Silence or a Split is removed, unless the
    net is to be trained. A field that the target ignores, or does not read as Caffe does, is
    replaced, too: ``concat_dim`` by ``axis``, the ``k`` of an LRN by a Power layer.
    Layers keep their names if they keep their weights; ``Result.report`` names those that do not.
    """

    requires = "any net"
    ensures = "no new error; every blob that stays keeps its shape"

    def __init__(self, target: Target) -> None:
        self.target = target

    def check(self, net: Net) -> None:
        check_text(net)

    def run(self, net: Net) -> Result:
        net = net.in_current_format()
        result = Result.unmodified(net)
        layers = net.current.message.layer  # once, because it takes time in the size of the net
        wanted = [index for index, layer in enumerate(layers) if self._wants_change(layer)]
        if wanted:
            trains = any(analysis.trained for analysis in _phases(net))
        # From the end, so that the layers yet to come keep their indices.
        for index in reversed(wanted):
            result = self._replace(result, index, trains)
        return result

    def _replace(self, result: Result, index: int, trains: bool) -> Result:
        """The result with one layer replaced, if the target needs that."""
        net = result.net
        layer = net.current.message.layer[index]
        phases = _phases(net)
        steps = [step for analysis in phases for step in analysis.of_indices((index,))]
        if not steps:
            return result
        site = Site(layer, steps[0].bottom_shapes, NewNames(net.current.message), trains)
        found = replacement_of(self.target, site) or rewrite_of(self.target, site)
        if found is None:
            return result
        message = net.current.message
        new = list(map(message_of, found.layers))
        if new:
            edits = replacement(message, phases, index, new)
        else:
            edits = removal(message, phases, [index])
        number = len(message.layer)
        changed = net.copy() if not result.modified else net
        changed.apply(edits)
        origins: Origins = compose_origins(result.origins, origins_after(number, edits))
        line = _line(layer, found)
        return Result(changed, True, [], origins, report=(line, *result.report))

    def _wants_change(self, layer: proto.LayerParameter) -> bool:
        """Whether the target may not read a layer as Caffe does."""
        if lacks(self.target, layer):
            return True
        return any(quirk.converts for quirk in quirks_of(self.target, layer))


def _phases(net: Net) -> list[Analysis]:
    return [net.analysis(State(phase)) for phase in net.meant_phases()]


def _line(layer: proto.LayerParameter, found: Replacement) -> str:
    """What the report says about a layer that is replaced."""
    change = found.change
    if found.types:
        change = f"{layer.type} replaced by {found.types}"
    elif not found.layers:
        change = f"{layer.type} removed"
    note = f" (weights: {found.weights})" if found.weights else ""
    return f"{layer.name}: {change}{note}"
