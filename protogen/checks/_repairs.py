"""Changes that repair a net whose bottoms disagree, each verified by inference.

Kinds of change are tried from the smallest to the largest. Where a net has further joins of the
same sort, the same kind of change is made at each, since half a repair is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from protogen import proto
from protogen.analysis import Analysis
from protogen.checks._divergence import Divergence, find_divergence
from protogen.checks._window_edits import Pair, given, window_edits, written
from protogen.diagnostics import Severity
from protogen.edits import Edit, EditError, Fix, insert
from protogen.field_changes import apply
from protogen.graph import Step
from protogen.input_sizes import InputSizes
from protogen.shapes import Shape

__all__ = ["accepted", "repairs"]

#: How many nets may be inferred to find one repair.
_TRIES = 24

#: How many repairs are reported.
_MOST = 5

#: By how much a field of a window may change.
_AMOUNTS = (1, -1, 2, -2, 3, -3, 4, -4)

_WINDOWED = ("Pooling", "Convolution", "Deconvolution")


@dataclass(frozen=True)
class Change:
    """One change to a net: edits, or other ``inputs``.

    ``resizes_images`` is whether the images themselves get another size.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    inputs: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    resizes_images: bool = False
    safe: bool = False


def accepted(analysis: Analysis, edits: Sequence[Edit]) -> Analysis | None:
    """The analysis with these edits; ``None`` if they bring an error that was not there before."""
    try:
        after = analysis.edited(edits)
    except EditError:
        return None
    return after if not after.errors - analysis.errors else None


def repairs(analysis: Analysis, divergence: Divergence, others: Sequence[Analysis]) -> list[Fix]:
    """A repair of each kind that there is, the smallest change first, and no more than a few.

    ``others`` are the same net in other phases, where no repair may bring an error.
    """
    found = []
    for kind in _KINDS:
        changes = _repair(analysis, divergence, kind, others, list(range(_TRIES)))
        if changes:
            found.append(_as_fix(changes))
    return found[:_MOST]


_Kind = Callable[[Analysis, Divergence], Iterator[Change]]


def _repair(
    analysis: Analysis,
    divergence: Divergence,
    kind: _Kind,
    others: Sequence[Analysis],
    tries: list[int],
) -> list[Change]:
    """The first changes of a kind that remove the finding and add none; empty if there are none."""
    for change in kind(analysis, divergence):
        if not change.resizes_images and not _may_agree(analysis, divergence, change):
            continue
        if not tries:
            break
        tries.pop()
        after = analysis.edited(change.edits, change.inputs)
        if _removes(analysis, after, divergence.join):
            if all(_no_worse(change, other) for other in others):
                return [change]
            continue
        further = _next_divergence(after, divergence.join.index)
        rest = _repair(after, further, kind, others, tries) if further else []
        if rest:
            return [change, *rest]
    return []


def _may_agree(analysis: Analysis, divergence: Divergence, change: Change) -> bool:
    """Whether arithmetic along the branches, which is quick, lets the sizes agree."""
    if any(edit.action == "insert" for edit in change.edits):
        return True
    layers = {}
    for index in {int(edit.path[1]) for edit in change.edits}:
        net = proto.NetParameter(layer=[analysis.message.layer[index]])
        own = [edit for edit in change.edits if edit.path[1] == index]
        apply(net, [replace(edit, path=("layer", 0, *edit.path[2:])) for edit in own])
        layers[index] = net.layer[0]
    return not layers or divergence.may_agree(layers)


def _removes(before: Analysis, after: Analysis, join: Step) -> bool:
    """Whether the join is accepted now, and nothing is wrong that was not before."""
    errors_after, errors_before = after.errors, before.errors
    fewer = any(errors_after[each] < errors_before[each] for each in _own_errors(join))
    return fewer and not errors_after - errors_before


def _own_errors(join: Step) -> Counter[tuple[str, str]]:
    return Counter((each.code, each.layer) for each in join.faults)


def _no_worse(change: Change, other: Analysis) -> bool:
    after = other.edited(change.edits, change.inputs)
    return not after.errors - other.errors


def _next_divergence(analysis: Analysis, after: int) -> Divergence | None:
    """The next join that disagrees, if that is the first thing wrong, and further on."""
    faults = [each for each in analysis.faults if each.severity is Severity.ERROR]
    first = faults[0] if faults else None
    if first is None or first.name != "bottom-shape-mismatch" or first.layer_index <= after:
        return None
    step = next(step for step in analysis.steps if step.index == first.layer_index)
    return find_divergence(analysis, step)


def _as_fix(changes: list[Change]) -> Fix:
    """Changes of one kind as one."""
    edits = tuple(edit for change in changes for edit in change.edits)
    titles = dict.fromkeys(change.title for change in changes)
    return Fix("; ".join(titles), edits, all(change.safe for change in changes))


# The kinds of change ---------------------------------------------------------------------------


def _resizing(divergence: Divergence) -> list[Step]:
    """The layers that change the size, the decisive one first, then from the join upwards."""
    found = [each for branch in divergence.branches for each in reversed(branch.changes)]
    return [each.step for each in sorted(found, key=lambda each: each is not divergence.culprit)]


def _rounding(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Rounding a Pooling the other way: with FLOOR as a Convolution, and as other frameworks."""
    for branch in divergence.branches:
        for each in branch.changes:
            if each.step.type != "Pooling" or not each.error:
                continue
            up = each.error > 0
            name: str = "round_mode"
            value: str | bool = "FLOOR" if up else "CEIL"
            shown = str(value)
            param = each.step.layer.pooling_param
            if param.HasField("ceil_mode") and not param.HasField("round_mode"):
                name, value = "ceil_mode", not up  # a fork's spelling
                shown = str(value).lower()
            edit = Edit(each.step.path(f"pooling_param.{name}"), "set", value)
            yield Change(f'{name}: {shown} in "{each.step.name}"', (edit,), safe=True)


def _padding(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """A little more padding, or less; a Pooling's first, which has learned nothing."""
    steps = [step for step in _resizing(divergence) if step.type in _WINDOWED]
    steps.sort(key=lambda step: step.type != "Pooling")
    for amount in _AMOUNTS:
        for step in steps:
            if max(given(step, "pad")) + amount < max(given(step, "kernel_size")):
                yield from _window(step, divergence.axes, pad=amount)


def _kernel(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """A Pooling's kernel, which has no weights to lose."""
    for amount in _AMOUNTS:
        for step in _resizing(divergence):
            if step.type == "Pooling":
                yield from _window(step, divergence.axes, kernel_size=amount)


def _stride(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """Another stride, where that makes the difference and not a rounding."""
    if divergence.culprit is None:
        for amount in _AMOUNTS:
            for step in _resizing(divergence):
                if step.type in _WINDOWED:
                    yield from _window(step, divergence.axes, stride=amount)


def _weights(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The kernel of a layer that learns, perhaps with its pad: the weights change shape."""
    for kernel, pad in ((1, 1), (1, 0), (-1, 0), (2, 1), (2, 0), (-2, 0), (3, 0), (-3, 0)):
        for step in _resizing(divergence):
            if step.type in ("Convolution", "Deconvolution"):
                for change in _window(step, divergence.axes, kernel_size=kernel, pad=pad):
                    yield replace(change, title=f"{change.title}, with other weights")


def _window(step: Step, axes: tuple[int, ...], **amounts: int) -> Iterator[Change]:
    """The change of a window's fields by these amounts, if it is still a window then."""
    edits: list[Edit] = []
    titles = []
    for name, amount in amounts.items():
        height, width = given(step, name)
        pair: Pair = (height + amount * (2 in axes), width + amount * (3 in axes))
        if min(pair) < (name != "pad"):
            return
        if amount:
            edits += window_edits(step, name, pair)
            titles.append(written(name, pair))
    yield Change(f'{" ".join(titles)} in "{step.name}"', tuple(edits))


def _crop(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """A Crop layer that cuts the larger bottom to the smaller, from its middle."""
    join = divergence.join
    ends = [branch.end for branch in divergence.branches]
    for large, small in (ends, ends[::-1]):
        if large not in join.bottoms or small not in join.bottoms:
            return
        offsets = [_offset(large.shape, small.shape, axis) for axis in (2, 3)]
        if join.type == "Crop" or None in offsets:
            continue
        name = _unused_name(analysis, f"{large.name}_crop")
        crop = {
            "name": name,
            "type": "Crop",
            "bottom": [large.name, small.name],
            "top": [name],
            "crop_param": {"axis": 2, "offset": offsets},
        }
        shown = " ".join(f"offset: {each}" for each in dict.fromkeys(offsets))
        read = Edit(join.path(f"bottom[{join.bottoms.index(large)}]"), "set", name)
        yield Change(
            f'a Crop of "{large.name}" to "{small.name}" ({shown}) before "{join.name}"',
            (insert(join.path(), crop), read),
        )


def _offset(large: Shape, small: Shape, axis: int) -> int | None:
    """Where a crop begins; ``None`` where it would be larger, or would lose much of the image."""
    wide, narrow = large[axis], small[axis]  # type: ignore[index]
    if wide is None or narrow is None or not narrow <= wide <= narrow + narrow // 4 + 2:
        return None
    return (wide - narrow) // 2


def _unused_name(analysis: Analysis, name: str) -> str:
    while name in analysis.values:
        name += "_"
    return name


def _input_size(analysis: Analysis, divergence: Divergence) -> Iterator[Change]:
    """The nearest height and width of the images that is accepted."""
    sizes = InputSizes(analysis, tolerated=analysis.errors - _own_errors(divergence.join))
    fitting = divergence.sizes(analysis, sizes.images)
    among = {axis - 2: fits for axis, fits in fitting.items()}
    nearest = sizes.nearest(among=among, tries=_TRIES)
    if nearest is None or nearest == sizes.present:
        return
    shapes = {name: (*shape[:2], *nearest) for name, shape in sizes.images.items()}
    names = " and ".join(f'"{name}"' for name in shapes)
    edited = [_input_edits(analysis.values[name].step, name, nearest) for name in shapes]
    edits = tuple(edit for each in edited for edit in each) if all(edited) else ()
    title = f"{names} of {nearest[0]}x{nearest[1]}, the nearest size that is accepted"
    exact = sizes.nearest(exact=True, among=among, tries=_TRIES)
    if exact and exact != nearest:
        title += f" ({exact[0]}x{exact[1]} where no pooling rounds)"
    yield Change(title, edits, {} if edits else shapes, resizes_images=True)


def _input_edits(step: Step, name: str, size: Pair) -> list[Edit]:
    """The new size where an Input layer states it; elsewhere it is not in the net to edit."""
    shapes = step.layer.input_param.shape if step.type == "Input" else ()
    if not shapes:
        return []
    index = list(step.layer.top).index(name) if len(shapes) > 1 else 0
    field = f"input_param.shape[{index}].dim"
    return [Edit(step.path(f"{field}[{2 + i}]"), "set", each) for i, each in enumerate(size)]


_KINDS: tuple[_Kind, ...] = (
    _rounding,
    _padding,
    _kernel,
    _stride,
    _crop,
    _input_size,
    _weights,
)
