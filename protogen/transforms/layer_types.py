"""Replace the layers that a target lacks, or reads in another way, by layers that it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from google.protobuf.message import Message

from protogen import proto
from protogen.editing.insertion import replacement
from protogen.graph import State, Step
from protogen.net import Net
from protogen.portability.quirks import quirks_of
from protogen.targets import Target
from protogen.transforms._equivalents import EQUIVALENTS, Equivalent, Fields, Site
from protogen.transforms._new_names import NewNames
from protogen.transforms._spelled_out import REWRITES
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
    Clip, Swish by a Sigmoid and a product. A field that the target ignores, or does not read as
    Caffe does, is replaced, too: ``concat_dim`` by ``axis``, the ``k`` of an LRN by a Power layer.
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
        # From the end, so that the layers yet to come keep their indices.
        for index in reversed(wanted):
            result = self._replace(result, index)
        return result

    def _replace(self, result: Result, index: int) -> Result:
        """The result with one layer replaced, if the target needs that."""
        net = result.net
        layer = net.current.message.layer[index]
        phases = [net.analysis(State(phase)) for phase in net.meant_phases()]
        steps = [step for analysis in phases for step in analysis.of_indices((index,))]
        if not steps:
            return result
        step = steps[0]
        site = Site(layer, step.bottom_shapes, NewNames(net.current.message))
        new, line = self._new_layers(site, step)
        if not new:
            return result
        messages = [_message(each) for each in new]
        edits = replacement(net.current.message, phases, index, messages)
        number = len(net.current.message.layer)
        changed = net.copy() if not result.modified else net
        changed.apply(edits)
        origins: Origins = compose_origins(result.origins, origins_after(number, edits))
        return Result(changed, True, [], origins, report=(line, *result.report))

    def _wants_change(self, layer: proto.LayerParameter) -> bool:
        """Whether the target may not read a layer as Caffe does."""
        if self._lacks(layer.type):
            return True
        if self._is_grouped(layer):
            return True
        return any(quirk.converts for quirk in quirks_of(self.target, layer))

    def _lacks(self, layer_type: str) -> bool:
        return self.target.types is not None and layer_type not in self.target.known_types

    def _is_grouped(self, layer: proto.LayerParameter) -> bool:
        """Whether a layer is a Convolution, and the target has no groups in one."""
        if layer.type != "Convolution":
            return False
        for limit in self.target.limits:
            if limit.value == "group" and "Convolution" in limit.types and limit.most == 1:
                return True
        return False

    def _new_layers(self, site: Site, step: Step) -> tuple[Sequence[Fields], str]:
        """The layers that replace one, and the line of the report; none if it has to stay."""
        layer = site.layer
        if self._lacks(layer.type) or self._is_grouped(layer):
            for equivalent in self._usable(layer.type):
                new = equivalent.write(site)
                if new:
                    return new, _replaced(layer, new, equivalent.weights)
        for quirk in quirks_of(self.target, layer):
            rewrite = REWRITES.get(quirk.field)
            if rewrite is None or not quirk.converts:
                continue
            rewritten = rewrite(site)
            if rewritten:
                return rewritten, f"{layer.name}: {quirk.fix}"
        return (), ""

    def _usable(self, layer_type: str) -> Iterator[Equivalent]:
        """The equivalents of a type that consist of what the target has."""
        for equivalent in EQUIVALENTS.get(layer_type, ()):
            if not any(map(self._lacks, equivalent.uses)):
                yield equivalent


def _message(fields: Fields) -> proto.LayerParameter:
    if isinstance(fields, Message):
        return cast("proto.LayerParameter", fields)
    return proto.LayerParameter(**fields)


def _replaced(layer: proto.LayerParameter, new: Sequence[Fields], weights: str) -> str:
    types = " + ".join(each["type"] for each in new)
    note = f" (weights: {weights})" if weights else ""
    return f"{layer.name}: {layer.type} replaced by {types}{note}"
