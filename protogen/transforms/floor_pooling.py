"""Write each pooling so that a target rounds it as the net does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from protogen import proto, rules
from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, ProtogenError
from protogen.edits import Edit, delete, insert
from protogen.graph import State
from protogen.inference import Inputs, given_shapes
from protogen.net import Net
from protogen.portability.dialect.new_names import NewNames
from protogen.portability.dialect.poolings import (
    SPELLINGS,
    Way,
    kept_sizes,
    slices_images,
    spelled,
    way_to_round,
)
from protogen.proto.fields import clear_field
from protogen.targets import Target
from protogen.transforms._transform import Result, Transform, check_text, origins_after

__all__ = ["FloorPooling"]


class FloorPooling(Transform):
    """Write the rounding of each pooling as ``target`` reads it, or express it with a Slice.

    Where the target only rounds up, a pooling stays if both roundings give the same size.
    If not, it gets one more window at the end of an axis, which a Slice or a Crop drops: all other
    windows are those of the pooling that rounds down, values included. The blob keeps its name, so
    its readers stay as they are. ``inputs`` are shapes that the net does not state.
    """

    requires = "known sizes of the poolings that the target cannot round down"
    ensures = "every blob keeps its shape and its values"

    def __init__(self, target: Target, inputs: Inputs | None = None) -> None:
        self.target = target
        # Raises ValueError for what is not a shape.
        given_shapes(inputs or {})
        self.inputs = inputs or {}

    def check(self, net: Net) -> None:
        check_text(net)

    def run(self, net: Net) -> Result:
        net = net.in_current_format()
        phases = [net.analysis(State(phase), self.inputs) for phase in net.meant_phases()]
        work = _Work(self.target, phases, NewNames(net.current.message))
        for index, layer in enumerate(net.current.message.layer):
            if layer.type == "Pooling":
                work.rewrite(index, layer)
        if work.faults:
            raise ProtogenError(work.faults)
        if not work.edits:
            return Result.unmodified(net)
        number = len(net.current.message.layer)
        changed = net.copy()
        changed.apply(work.edits)
        origins = origins_after(number, work.edits)
        return Result(changed, True, [], origins, report=tuple(work.report))


@dataclass
class _Work:
    """The edits for all poolings of a net, and the reasons why some cannot be expressed."""

    target: Target
    phases: Sequence[Analysis]
    names: NewNames
    edits: list[Edit] = field(default_factory=list)
    report: list[str] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)

    def rewrite(self, index: int, layer: proto.LayerParameter) -> None:
        """Note the edits of one pooling, or why it cannot be expressed."""
        way = way_to_round(self.target, layer, index, self.phases)
        # All of them are reported at once, not only the first.
        if way.problem:
            self._reject(index, layer, way)
            return
        change = way.change(layer.pooling_param)
        if not change:
            return
        self.edits += _respell(index, layer.pooling_param, way.written)
        if way.cuts:
            change = self._cut(index, layer, way)
        self.report.append(f"{layer.name}: {change}")

    def _cut(self, index: int, layer: proto.LayerParameter, way: Way) -> str:
        """Note the layers that drop what rounding up adds, and say what they do."""
        kept = kept_sizes(way.cuts)
        # A Slice is preferred, because a Crop needs a second pooling for its size.
        if not slices_images(self.target):
            self.edits += _crops(index, layer, way.exact, self.names)
            return f"rounds up, and a Crop keeps {kept}"
        silenced = self.target.has_type("Silence")
        self.edits += _slices(index, layer, way.cuts, self.names, silenced=silenced)
        note = "" if silenced else "; what it drops is an output that nothing reads"
        return f"rounds up, and a Slice keeps {kept}{note}"

    def _reject(self, index: int, layer: proto.LayerParameter, way: Way) -> None:
        rule = rules.named("not-convertible")
        self.faults.append(
            rule.diagnostic(
                way.problem,
                layer=layer.name,
                type=layer.type,
                layer_index=index,
                field="pooling_param",
                hint=way.hint,
            )
        )


def _respell(
    index: int, param: proto.PoolingParameter, wanted: Mapping[str, Any]
) -> Iterator[Edit]:
    """The edits that leave ``wanted`` as the only fields that say how to round."""
    path = ("layer", index, "pooling_param")
    written = dict(spelled(param))
    for name in SPELLINGS:
        if written.get(name) == wanted.get(name):
            continue
        if name in wanted:
            yield Edit((*path, name), "set", wanted[name])
        else:
            yield delete((*path, name))


def _slices(
    index: int,
    layer: proto.LayerParameter,
    cuts: Mapping[int, int],
    names: NewNames,
    *,
    silenced: bool,
) -> Iterator[Edit]:
    """Slices of each top after the pooling, the last of which produces the top's old name."""
    last = max(cuts)
    for position, top in enumerate(layer.top):
        read = names.blob(f"{top}_ceil")
        yield Edit(("layer", index, "top", position), "set", read)
        for axis, kept in cuts.items():
            # The old name comes last, so that the readers of the pooling stay as they are.
            produced = top if axis == last else names.blob(f"{top}_axis{axis}")
            dropped = names.blob(f"{top}_dropped{axis}")
            cut = {
                "name": names.layer(f"{layer.name}_slice{axis}"),
                "type": "Slice",
                "bottom": [read],
                "top": [produced, dropped],
                **_rules(layer),
                "slice_param": {"axis": axis, "slice_point": [kept]},
            }
            yield insert(("layer", index + 1), cut)
            if silenced:
                # Without it, the dropped part would be an output of the net.
                silence = {"type": "Silence", "bottom": [dropped], **_rules(layer)}
                silence["name"] = names.layer(f"{layer.name}_silence{axis}")
                yield insert(("layer", index + 1), silence)
            # The slice of the width reads what that of the height keeps.
            read = produced


def _crops(
    index: int, layer: proto.LayerParameter, exact: Sequence[int], names: NewNames
) -> Iterator[Edit]:
    """Crops of each top after the pooling, to the size of a pooling that leaves nothing over.

    A Crop takes its size from its second bottom, so there has to be one of that size.
    """
    size = names.blob(f"{layer.name}_size")
    sized = {
        "name": names.layer(f"{layer.name}_size"),
        "type": "Pooling",
        "bottom": [layer.bottom[0]],
        "top": [size],
        **_rules(layer),
        "pooling_param": _exact_pooling(layer.pooling_param, exact),
    }
    yield insert(("layer", index + 1), sized)
    for position, top in enumerate(layer.top):
        read = names.blob(f"{top}_ceil")
        yield Edit(("layer", index, "top", position), "set", read)
        crop = {
            "name": names.layer(f"{top}_crop"),
            "type": "Crop",
            "bottom": [read, size],
            "top": [top],
            **_rules(layer),
            "crop_param": {"axis": 2, "offset": [0]},  # not all targets have a default
        }
        yield insert(("layer", index + 1), crop)


def _exact_pooling(param: proto.PoolingParameter, kernel: Sequence[int]) -> proto.PoolingParameter:
    """A pooling that has the size of rounding down, whichever way it is rounded."""
    found = proto.PoolingParameter()
    found.CopyFrom(param)
    for name in (*SPELLINGS, "kernel_size"):
        clear_field(found, name)
    found.kernel_h, found.kernel_w = kernel
    return found


def _rules(layer: proto.LayerParameter) -> dict[str, Any]:
    """The rules that say when the layer runs, for layers that must run with it."""
    found = {}
    for name in ("include", "exclude"):
        if getattr(layer, name):
            found[name] = list(getattr(layer, name))
    return found
