"""How a pooling is spelled or cut so that a target rounds it as the net does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from protogen import proto
from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.poolings import pooled_axes
from protogen.portability.dialect.claims import claimed
from protogen.portability.quirks import quirks_of
from protogen.portability.subject import Subject
from protogen.proto.fields import has_field
from protogen.targets import Target
from protogen.windows import Axis, rounds_down

__all__ = [
    "SPELLINGS",
    "Way",
    "floor_spelling",
    "kept_sizes",
    "rounding_hint",
    "slices_images",
    "spelled",
    "unread_spellings",
    "way_to_round",
]

#: The fields of ``pooling_param`` that say how to round, with the value of each that rounds down.
SPELLINGS: Mapping[str, Any] = {"round_mode": "FLOOR", "ceil_mode": False, "torch_pooling": True}

#: The values of the same fields that round up.
_CEILINGS: Mapping[str, Any] = {"round_mode": "CEIL", "ceil_mode": True, "torch_pooling": False}


@dataclass(frozen=True)
class Way:
    """How to write one pooling for a target.

    ``written`` are the only fields that are to say how to round, and ``cuts`` the size to keep of
    each axis on which the target has a window too many. A pooling of the kernel ``exact`` has the
    size that is kept, however it is rounded; it is empty if the phases need different ones.
    ``problem`` is why there is no way, and ``hint`` what to do about it.
    """

    written: Mapping[str, Any] = field(default_factory=dict)
    cuts: Mapping[int, int] = field(default_factory=dict)
    exact: tuple[int, ...] = ()
    problem: str = ""
    hint: str = ""

    def change(self, param: proto.PoolingParameter) -> str:
        """What changes in a pooling, as an instruction; empty if nothing does."""
        if self.problem:
            return ""
        if self.cuts:
            return f"round up and keep {kept_sizes(self.cuts)}"
        old, new = dict(spelled(param)), self.written
        gone = [name for name in old if name not in new]
        added = []
        for name, value in new.items():
            if old.get(name) != value:
                added.append(f"{name}: {_word(value)}")
        words = []
        if added:
            words.append(f"write {' and '.join(added)}")
        if gone:
            verb = "instead of" if added else "delete"
            words.append(f"{verb} {' and '.join(gone)}")
        return " ".join(words)


def way_to_round(
    target: Target, layer: proto.LayerParameter, index: int, phases: Sequence[Analysis]
) -> Way:
    """How to write the pooling at an index for a target. ``phases`` know the sizes of the net."""
    param, rounding = layer.pooling_param, target.pooling
    written = dict(spelled(param))
    if rounding is None:
        return Way(written)
    known = {name: value for name, value in written.items() if _is_known(target, name)}
    # One window, whose size is never rounded.
    if param.global_pooling:
        return Way(known)
    floor = rounds_down(param)
    # A net may have several spellings, one for each program that it was written for.
    wanted = SPELLINGS if floor else _CEILINGS
    agreeing = {name: value for name, value in known.items() if value == wanted[name]}
    # The target rounds as the net does if nothing is written.
    if floor == (rounding.default == "floor"):
        return Way(agreeing)
    # One spelling that the target reads is enough, whatever is written beside it.
    if not agreeing.keys().isdisjoint(rounding.floor):
        return Way(known)
    if rounding.floor:
        name = rounding.floor[0]
        return Way({name: wanted[name]})
    plain = Way(agreeing)
    return _cut(target, index, phases, plain) if floor else plain


def _cut(target: Target, index: int, phases: Sequence[Analysis], plain: Way) -> Way:
    """How to round down for a target that only rounds up; ``plain`` if there is nothing to cut."""
    axes_by_phase = list(_axes_by_phase(phases, index))
    if any(len(axes) < 2 for axes in axes_by_phase):
        return Way(
            problem="rounds down, but the size of its bottom is unknown",
            hint="give the shape of the input: --input data=1,3,224,224",
        )
    cuts_by_phase = list(map(_extra_windows, axes_by_phase))
    # A pooling that runs in no state at all is not cut.
    cuts = cuts_by_phase[0] if cuts_by_phase else {}
    if any(cuts != other for other in cuts_by_phase):
        return Way(
            problem="rounds down, and TRAIN and TEST need slices of different sizes",
            hint="convert one phase: --phase TEST",
        )
    # At this size, rounding up and rounding down give the same number of windows.
    if not cuts:
        return plain
    if 0 in cuts.values():
        return Way(
            problem="rounds down to a size of 0, which a Slice cannot keep",
            hint="choose a larger image or a smaller kernel",
        )
    # The images of TRAIN and of TEST may differ in size, and so may what is left over of them.
    kernels = set(map(_exact_kernel, axes_by_phase))
    exact = kernels.pop() if len(kernels) == 1 else ()
    if not _can_cut(target, exact):
        return Way(
            problem=f"rounds down, which {target.name} cannot express: it has no Slice",
            hint="choose an image size at which no pooling rounds: protogen sizes FILE",
        )
    # A pooling that is cut has to round up wherever it is read.
    return Way({}, cuts, exact)


def _axes_by_phase(phases: Iterable[Analysis], index: int) -> Iterator[list[Axis]]:
    """The axes of the pooling at an index, in each phase in which it runs."""
    for analysis in phases:
        for step in analysis.of_indices((index,)):
            yield pooled_axes(analysis, step)


def _can_cut(target: Target, exact: Sequence[int]) -> bool:
    """Whether a target has what cuts a pooling: a Slice, or a Crop to one of the exact kernel."""
    return slices_images(target) or (target.has_type("Crop") and bool(exact))


def slices_images(target: Target) -> bool:
    """Whether a target has a Slice that cuts the height of an image in two."""
    if not target.has_type("Slice"):
        return False
    param = {"axis": 2, "slice_point": [1]}
    cut = proto.LayerParameter(type="Slice", bottom=["x"], top=["a", "b"], slice_param=param)
    for quirk in quirks_of(target, cut):
        # What holds only at some places does not hold here.
        if not quirk.where and quirk.effect != "ignores":
            return False
    return True


def _extra_windows(axes: Sequence[Axis]) -> dict[int, int]:
    """The size that rounding down gives, for each axis on which rounding up gives one more."""
    cuts = {}
    for number, axis in enumerate(axes, 2):
        if replace(axis, floor=False).pooled > axis.pooled:
            cuts[number] = axis.pooled
    return cuts


def _exact_kernel(axes: Sequence[Axis]) -> tuple[int, ...]:
    """The kernels that leave nothing of an axis over and give the size of rounding down.

    They are larger than those of the pooling by what it leaves over.
    """
    return tuple(axis.size + 2 * axis.pad - (axis.pooled - 1) * axis.stride for axis in axes)


def rounding_hint(subject: Subject, target: Target, step: Step) -> str:
    """How to write a pooling for a target; empty if it can stay as it is."""
    if step.type != "Pooling":
        return ""
    way = way_to_round(target, step.layer, step.index, subject.analyses)
    change = way.change(step.layer.pooling_param)
    return claimed(change) if change else way.hint


def unread_spellings(target: Target, param: proto.PoolingParameter) -> Iterator[str]:
    """The fields of a pooling that the target is not known to have a schema for."""
    # With a schema, an unread spelling has been found as an unknown field.
    if target.pooling is None or target.schema is not None:
        return
    for name, _ in spelled(param):
        if not _is_known(target, name):
            yield name


def floor_spelling(param: Any) -> str:
    """The field that asks for rounding down, if one does."""
    for name, value in spelled(param):
        if value == SPELLINGS[name]:
            return name
    return ""


def kept_sizes(cuts: Mapping[int, int]) -> str:
    """The sizes that are kept: "height 3 and width 3"."""
    axes = {2: "height", 3: "width"}
    return " and ".join(f"{axes[axis]} {size}" for axis, size in cuts.items())


def _is_known(target: Target, name: str) -> bool:
    """Whether a target reads a text with this field of a pooling."""
    rounding, schema = target.pooling, target.schema
    if rounding is not None and name in (*rounding.floor, *rounding.ignored):
        return True
    if schema is None:
        return False
    message = schema.message_class("PoolingParameter")
    return name in message.DESCRIPTOR.fields_by_name


def spelled(param: proto.PoolingParameter) -> Iterator[tuple[str, Any]]:
    """The fields that say how to round, as an edit gives them: enum values by name."""
    if param.HasField("round_mode"):
        yield "round_mode", proto.PoolingParameter.RoundMode.Name(param.round_mode)
    for name in ("ceil_mode", "torch_pooling"):
        if has_field(param, name):
            yield name, getattr(param, name)


def _word(value: Any) -> str:
    """A value of a field as the text has it: true and false in lower case."""
    word = str(value)
    return word.lower() if isinstance(value, bool) else word
