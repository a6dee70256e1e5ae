"""Write each pooling so that a target rounds it as the net does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from protogen import proto, rules
from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, ProtogenError
from protogen.edits import Edit, delete, insert
from protogen.graph import State, Step
from protogen.inference import Inputs, given_shapes
from protogen.net import Net
from protogen.poolings import pooled_axes
from protogen.proto.fields import has_field
from protogen.targets import Target
from protogen.transforms._new_names import NewNames
from protogen.transforms._transform import Result, Transform, check_text, origins_after
from protogen.windows import rounds_down

__all__ = ["SPELLINGS", "FloorPooling"]

#: The fields of ``pooling_param`` that say how to round, with the value of each that rounds down.
SPELLINGS: Mapping[str, Any] = {"round_mode": "FLOOR", "ceil_mode": False, "torch_pooling": True}

#: The values of the same fields that round up.
_CEILINGS: Mapping[str, Any] = {"round_mode": "CEIL", "ceil_mode": True, "torch_pooling": False}


class FloorPooling(Transform):
    """Give each pooling the spelling of floor that ``target`` honors, or lower it.

    Where the target only rounds up, a pooling stays if both roundings give the same size.
    Otherwise it gets one window more at the far end of an axis, which a Slice drops: all the other
    windows are those of the pooling that rounds down, values included. The blob keeps its name, so
    its readers stay as they are. ``inputs`` are shapes that the net leaves open.
    """

    requires = "known sizes of the poolings that the target cannot round down"
    ensures = "every blob keeps its shape and its values"

    def __init__(self, target: Target, inputs: Inputs | None = None) -> None:
        self.target = target
        given_shapes(inputs or {})  # raises ValueError for what is not a shape
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
        floor = rounds_down(layer.pooling_param) and not layer.pooling_param.global_pooling
        spelling = self._spelling(floor)
        wanted = {} if spelling is None else {spelling: _rounding_value(spelling, floor)}
        if not floor or spelling is not None:
            self.edits += _respell(index, layer.pooling_param, wanted)
            return
        cuts = self._cuts(index, layer)
        if cuts is None:
            return
        self.edits += _respell(index, layer.pooling_param, {})
        if cuts:
            silenced = self._has("Silence")
            self.edits += _slices(index, layer, cuts, self.names, silenced=silenced)
            self.report.append(_lowered(layer, cuts, silenced=silenced))

    def _has(self, layer_type: str) -> bool:
        """Whether the target has a layer type; a target with no list of types has all."""
        return self.target.types is None or layer_type in self.target.known_types

    def _spelling(self, floor: bool) -> str | None:
        """The field to write; ``None`` for what the target does if there is none."""
        rounding = self.target.pooling
        if rounding is None or (rounding.default == "floor") == floor:
            return None
        return rounding.floor[0] if rounding.floor else None

    def _cuts(self, index: int, layer: proto.LayerParameter) -> dict[int, int] | None:
        """The size to keep of each axis on which rounding up gives more; ``None`` at a fault."""
        cuts_by_phase = []
        for analysis in self.phases:
            for step in analysis.of_indices((index,)):
                cuts_by_phase.append(_extra_windows(analysis, step))
        message, hint = self._problem(cuts_by_phase)
        if message:
            self._reject(index, layer, message, hint)
            return None
        return cuts_by_phase[0] if cuts_by_phase else {}

    def _problem(self, cuts_by_phase: Sequence[dict[int, int] | None]) -> tuple[str, str]:
        """Why a pooling cannot be lowered, and what to do about it; empty if it can be."""
        if None in cuts_by_phase:
            return (
                "rounds down, but the size of its bottom is unknown",
                "give the shape of the input: --input data=1,3,224,224",
            )
        if any(cuts != cuts_by_phase[0] for cuts in cuts_by_phase):
            return (
                "rounds down, and TRAIN and TEST need slices of different sizes",
                "convert one phase: --phase TEST",
            )
        cuts = (cuts_by_phase[0] if cuts_by_phase else None) or {}
        if 0 in cuts.values():
            return (
                "rounds down to a size of 0, which a Slice cannot keep",
                "choose a larger image or a smaller kernel",
            )
        if cuts and not self._has("Slice"):
            return (
                f"rounds down, which {self.target.name} cannot express: it has no Slice",
                "choose an image size at which no pooling rounds: protogen sizes FILE",
            )
        return "", ""

    def _reject(self, index: int, layer: proto.LayerParameter, message: str, hint: str) -> None:
        rule = rules.named("not-convertible")
        self.faults.append(
            rule.diagnostic(
                message,
                layer=layer.name,
                type=layer.type,
                layer_index=index,
                field="pooling_param",
                hint=hint,
            )
        )


def _lowered(layer: proto.LayerParameter, cuts: Mapping[int, int], *, silenced: bool) -> str:
    """The line of the report about a pooling with a Slice after it."""
    axes = {2: "height", 3: "width"}
    kept = " and ".join(f"{axes[axis]} {size}" for axis, size in cuts.items())
    note = "" if silenced else "; what it drops is an output that nothing reads"
    return f"{layer.name}: rounds up, and a Slice keeps {kept}{note}"


def _rounding_value(spelling: str, floor: bool) -> Any:
    """The value of a field that says how to round."""
    if floor:
        return SPELLINGS[spelling]
    return _CEILINGS[spelling]


def _respell(
    index: int, param: proto.PoolingParameter, wanted: Mapping[str, Any]
) -> Iterator[Edit]:
    """The edits that leave ``wanted`` as the only fields that say how to round."""
    path = ("layer", index, "pooling_param")
    for name in SPELLINGS:
        is_written = has_field(param, name)
        if name not in wanted:
            if is_written:
                yield delete((*path, name))
        elif not is_written or _written(param, name) != wanted[name]:
            yield Edit((*path, name), "set", wanted[name])


def _written(param: proto.PoolingParameter, name: str) -> Any:
    """The value of a field as an edit gives it: enum values by name."""
    if name == "round_mode":
        return proto.PoolingParameter.RoundMode.Name(param.round_mode)
    return getattr(param, name)


def _extra_windows(analysis: Analysis, step: Step) -> dict[int, int] | None:
    """The size that rounding down gives, for each axis on which rounding up gives one more.

    ``None`` if a size is unknown.
    """
    axes = pooled_axes(analysis, step)
    if len(axes) < 2:
        return None
    cuts = {}
    for number, axis in enumerate(axes, 2):
        if replace(axis, floor=False).pooled > axis.pooled:
            cuts[number] = axis.pooled
    return cuts


def _slices(
    index: int,
    layer: proto.LayerParameter,
    cuts: Mapping[int, int],
    names: NewNames,
    *,
    silenced: bool,
) -> Iterator[Edit]:
    """Slices of each top after the pooling, the last of which produces the top's old name."""
    for position, top in enumerate(layer.top):
        read = names.blob(f"{top}_ceil")
        yield Edit(("layer", index, "top", position), "set", read)
        for number, (axis, kept) in enumerate(cuts.items(), 1):
            last = number == len(cuts)
            produced = top if last else names.blob(f"{top}_axis{axis}")
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
            read = produced


def _rules(layer: proto.LayerParameter) -> dict[str, Any]:
    """The rules that say when the layer runs, for layers that must run with it."""
    found = {}
    for name in ("include", "exclude"):
        if getattr(layer, name):
            found[name] = list(getattr(layer, name))
    return found
