"""Changes that mend a net whose bottoms disagree, each verified: the whole net is then accepted.

Kinds of change are tried from the smallest to the largest. Where a net has further joins of the
same sort, the same kind of change is made at each, for half a mend is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from protogen import proto
from protogen.checks._blame import Blame, blame
from protogen.checks._edits import edited, edited_layers
from protogen.checks._rule import Run
from protogen.checks._window_edits import Pair, given, window_edits, written
from protogen.diagnostics import Edit, Fix
from protogen.graph import Step, build
from protogen.inference import Inference, infer_graph
from protogen.input_sizes import InputSizes
from protogen.shapes import Shape

__all__ = ["accepted", "mends"]

#: How many nets may be inferred to find one mend.
_TRIES = 24

#: How many mends are told.
_MOST = 5

#: By how much a field of a window may change.
_AMOUNTS = (1, -1, 2, -2, 3, -3, 4, -4)

_WINDOWED = ("Pooling", "Convolution", "Deconvolution")


@dataclass(frozen=True)
class Change:
    """One change to a net: edits of fields, other ``inputs``, or a Crop layer put in.

    It is put in ``before`` a layer, which reads its top in place of its own ``bottom``. ``anew`` is
    whether the images themselves are others.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    inputs: Mapping[str, Shape] = field(default_factory=dict)
    crop: Any = None
    before: int = -1
    bottom: int = 0
    anew: bool = False
    safe: bool = False

    def of(self, run: Run) -> Run:
        """The net changed, and walked anew."""
        message = edited(run.message, self.edits)
        if self.crop is not None:
            layers = list(message.layer)
            layers[self.before].bottom[self.bottom] = self.crop.top[0]
            layers.insert(self.before, self.crop)
            message = _with_layers(message, layers)
        return _walked(run, message, {**run.inputs, **self.inputs})


def _with_layers(message: Any, layers: Sequence[Any]) -> Any:
    copy = proto.NetParameter(layer=layers)
    message.ClearField("layer")
    copy.MergeFrom(message)
    return copy


def _walked(run: Run, message: Any, inputs: Mapping[str, Any]) -> Run:
    result = infer_graph(build(message, run.result.state), inputs)
    return Run(run.net, message, result, inputs)


def accepted(run: Run, edits: Sequence[Edit]) -> Inference | None:
    """What inference makes of the net with these fields changed; ``None`` if Caffe refuses it."""
    result = _walked(run, edited(run.message, edits), run.inputs).result
    return result if result.ok else None


def mends(run: Run, cause: Blame, others: Sequence[Run]) -> list[Fix]:
    """A mend of each kind that there is, the smallest change first, and no more than a few.

    ``others`` are the same net in other phases, where nothing may be wrong that was not before.
    One that puts a layer in has no edits: it is told, and not made.
    """
    found = (_mend(run, cause, kind, others, list(range(_TRIES))) for kind in _KINDS)
    return [_fix(changes) for changes in islice(filter(None, found), _MOST)]


_Kind = Callable[[Run, Blame], Iterator[Change]]


def _mend(
    run: Run, cause: Blame, kind: _Kind, others: Sequence[Run], tries: list[int]
) -> list[Change]:
    """The first changes of a kind that have the net accepted; none if there are none."""
    for change in kind(run, cause):
        layers = {} if change.anew else edited_layers(run.message, change.edits)
        if layers and not cause.may_agree(layers):
            continue
        if not tries:
            break
        tries.pop()
        now = change.of(run)
        if now.result.ok:
            if all(_no_worse(now, other) for other in others):
                return [change]
            continue
        further = _next(now, cause.join.index)
        rest = _mend(now, further, kind, others, tries) if further else []
        if rest:
            return [change, *rest]
    return []


def _no_worse(now: Run, other: Run) -> bool:
    again = _walked(other, now.message, {**other.inputs, **now.inputs})
    return len(again.result.diagnostics) <= len(other.result.diagnostics)


def _next(run: Run, after: int) -> Blame | None:
    """The next join that disagrees, if it is that which is wrong now, and lies further on."""
    first = run.result.diagnostics[0]
    if first.name != "bottom-shape-mismatch" or first.layer_index <= after:
        return None
    return blame(run, next(step for step in run.steps if step.index == first.layer_index))


def _fix(changes: list[Change]) -> Fix:
    """Changes of one kind as one. Layers put in move those behind, so there are no edits then."""
    edits = [edit for change in changes for edit in change.edits]
    titles = dict.fromkeys(change.title for change in changes)
    return Fix("; ".join(titles), tuple(edits), all(change.safe for change in changes))


# The kinds of change ---------------------------------------------------------------------------


def _resizing(cause: Blame) -> list[Step]:
    """The layers that resize, the one to blame first, then from the join upwards."""
    found = [each for branch in cause.branches for each in reversed(branch.resized)]
    return [each.step for each in sorted(found, key=lambda each: each is not cause.culprit)]


def _rounding(run: Run, cause: Blame) -> Iterator[Change]:
    """Rounding a Pooling the other way: with FLOOR as a Convolution, and as other frameworks."""
    for branch in cause.branches:
        for each in branch.resized:
            layer, up = each.step.layer, each.error > 0
            if layer.type == "Pooling" and each.error:
                name, value = "round_mode", "FLOOR" if up else "CEIL"
                param = layer.pooling_param
                if param.HasField("ceil_mode") and not param.HasField("round_mode"):
                    name, value = "ceil_mode", "false" if up else "true"  # a fork's spelling
                edit = Edit(each.step.index, f"pooling_param.{name}", value)
                yield Change(f'{name}: {value} in "{layer.name}"', (edit,), safe=True)


def _padding(run: Run, cause: Blame) -> Iterator[Change]:
    """A little more padding, or less; a Pooling's first, which has learnt nothing."""
    steps = [step for step in _resizing(cause) if step.layer.type in _WINDOWED]
    steps.sort(key=lambda step: step.layer.type != "Pooling")
    for amount in _AMOUNTS:
        for step in steps:
            if max(given(step, "pad")) + amount < max(given(step, "kernel_size")):
                yield from _window(step, cause.axes, pad=amount)


def _kernel(run: Run, cause: Blame) -> Iterator[Change]:
    """A Pooling's kernel, which has no weights to lose."""
    for amount in _AMOUNTS:
        for step in _resizing(cause):
            if step.layer.type == "Pooling":
                yield from _window(step, cause.axes, kernel_size=amount)


def _stride(run: Run, cause: Blame) -> Iterator[Change]:
    """Another stride, where it is that which makes the difference and not a rounding."""
    if cause.culprit is None:
        for amount in _AMOUNTS:
            for step in _resizing(cause):
                if step.layer.type in _WINDOWED:
                    yield from _window(step, cause.axes, stride=amount)


def _weights(run: Run, cause: Blame) -> Iterator[Change]:
    """The kernel of a layer that learns, perhaps with its pad: its weights are then others."""
    for kernel, pad in ((1, 1), (1, 0), (-1, 0), (2, 1), (2, 0), (-2, 0), (3, 0), (-3, 0)):
        for step in _resizing(cause):
            if step.layer.type in ("Convolution", "Deconvolution"):
                for change in _window(step, cause.axes, kernel_size=kernel, pad=pad):
                    yield replace(change, title=f"{change.title}, with other weights")


def _window(step: Step, axes: tuple[int, ...], **amounts: int) -> Iterator[Change]:
    """The change of a window's fields by these amounts, if it is still a window then."""
    edits: list[Edit] = []
    told = []
    for name, amount in amounts.items():
        height, width = given(step, name)
        pair: Pair = (height + amount * (2 in axes), width + amount * (3 in axes))
        if min(pair) < (name != "pad"):
            return
        if not amount:
            continue
        edits += window_edits(step, name, pair)
        told.append(written(name, pair))
    yield Change(f'{" ".join(told)} in "{step.layer.name}"', tuple(edits))


def _crop(run: Run, cause: Blame) -> Iterator[Change]:
    """A Crop layer that cuts the larger bottom to the smaller, from its middle."""
    ends = [branch.end for branch in cause.branches]
    for large, small in (ends, ends[::-1]):
        if large not in cause.join.bottoms or small not in cause.join.bottoms:
            return
        offsets = [_offset(large.shape, small.shape, axis) for axis in (2, 3)]
        if cause.join.layer.type == "Crop" or None in offsets:
            continue
        name = _unused(run, f"{large.name}_crop")
        crop = proto.LayerParameter(
            name=name,
            type="Crop",
            bottom=[large.name, small.name],
            top=[name],
            crop_param={"axis": 2, "offset": offsets},
        )
        yield Change(
            f'a Crop of "{large.name}" to "{small.name}" ({_told_offsets(offsets)}) before'
            f' "{cause.join.layer.name}"',
            crop=crop,
            before=cause.join.index,
            bottom=cause.join.bottoms.index(large),
        )


def _offset(large: Shape, small: Shape, axis: int) -> int | None:
    """Where a crop begins; ``None`` where it would be larger, or would lose much of the image."""
    wide, narrow = large[axis], small[axis]  # type: ignore[index]
    if wide is None or narrow is None or not narrow <= wide <= narrow + narrow // 4 + 2:
        return None
    return (wide - narrow) // 2


def _told_offsets(offsets: Sequence[int | None]) -> str:
    return " ".join(f"offset: {each}" for each in dict.fromkeys(offsets))


def _unused(run: Run, name: str) -> str:
    while name in run.values:
        name += "_"
    return name


def _input_size(run: Run, cause: Blame) -> Iterator[Change]:
    """The nearest height and width of the images that is accepted."""
    sizes = InputSizes(run.message, run.result.state, run.inputs)
    among = {axis - 2: fits for axis, fits in cause.sizes(run, sizes.images).items()}
    nearest = sizes.nearest(among=among, tries=_TRIES)
    if nearest is None or nearest == sizes.present:
        return
    shapes = {name: (*shape[:2], *nearest) for name, shape in sizes.images.items()}
    names = " and ".join(f'"{name}"' for name in shapes)
    made = [_input_edits(run.values[name].step, name, nearest) for name in shapes]
    edits = tuple(edit for each in made for edit in each) if all(made) else ()
    title = f"{names} of {nearest[0]}x{nearest[1]}, the nearest size that is accepted"
    exact = sizes.nearest(exact=True, among=among, tries=_TRIES)
    if exact and exact != nearest:
        title += f" ({exact[0]}x{exact[1]} where no pooling rounds)"
    yield Change(title, edits, {} if edits else shapes, anew=True)


def _input_edits(step: Step, name: str, size: Pair) -> list[Edit]:
    """The new size where an Input layer says it; elsewhere it is not in the net to edit."""
    shapes = step.layer.input_param.shape if step.layer.type == "Input" else ()
    if not shapes:
        return []
    index = list(step.layer.top).index(name) if len(shapes) > 1 else 0
    path = f"input_param.shape[{index}].dim"
    return [Edit(step.index, f"{path}[{2 + i}]", str(each)) for i, each in enumerate(size)]


_KINDS: tuple[_Kind, ...] = (
    _rounding,
    _padding,
    _kernel,
    _stride,
    _crop,
    _input_size,
    _weights,
)
