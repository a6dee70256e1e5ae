"""The verdict of a target of which there are facts, but no model of its importer."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.poolings import pooled_axes
from protogen.portability.dialect.poolings import floor_spelling, rounding_hint, unread_spellings
from protogen.portability.judgment import Judgment, finding, judgment, no_net
from protogen.portability.quirks import limit_findings, quirk_findings
from protogen.portability.reading import phase_findings, text_findings
from protogen.portability.subject import Subject
from protogen.portability.training import difference_in_training
from protogen.shapes import is_known
from protogen.targets import Rounding, Target
from protogen.windows import Axis, empty_windows, pooling_size

__all__ = ["judge_by_facts"]

#: The layers that give a net its data; a consumer that is not Caffe has none of them.
_INPUTS = ("DummyData", "Input", "MemoryData")

#: The rules whose findings say that the target does not run the net.
_FAILURES = frozenset({"target-fails-later", "target-refuses"})


def judge_by_facts(subject: Subject, target: Target) -> Judgment:
    """What a target does with a net, as far as its facts say."""
    found = [*text_findings(subject, target), *_rejected_upgrade(subject, target)]
    layers = subject.current.message.layer
    # A text that is not read has no layers either, but that is not what is wrong with it.
    if not layers and "target-refuses" not in _rule_names(found):
        what = "a solver" if subject.is_solver else "no layers"
        empty = no_net(target, f"finds {what} in it, not a net", location=subject.location)
        return judgment(target, [*found, empty], "empty")
    steps = _steps(subject, target)
    found += phase_findings(subject, target)
    found += _types(target, steps)
    found += _rejections(subject, target)
    found += limit_findings(target, _written(subject, target, steps))
    found += quirk_findings(target, steps)
    found += _training(subject, target)
    for step in steps:
        if step.type == "Pooling":
            found += _pooling(subject, target, step)
    # A Caffe reads the data itself, so the net need not say how large it is.
    needs_input = not _is_caffe(target) and not _has_input(subject)
    # A target that fails earlier does not get as far as to ask for an input.
    if needs_input and _FAILURES.isdisjoint(_rule_names(found)):
        message = "does not know the shape of an input"
        found.append(no_net(target, message, location=subject.location))
        return judgment(target, found, "no input")
    return judgment(target, found)


def _rule_names(found: list[Diagnostic]) -> set[str]:
    """The names of the rules that have findings."""
    return {each.name for each in found}


def _is_caffe(target: Target) -> bool:
    """Whether the target is a Caffe that runs data layers itself."""
    return "Data" in target.known_types


def _steps(subject: Subject, target: Target) -> list[Step]:
    """The layers that the target gets: those of the phase, or all if it ignores phases."""
    if not target.ignores_phases:
        return subject.analysis.steps
    # A layer that runs is taken from the analysis, which knows its shapes.
    running = {step.index: step for step in subject.analysis.steps}
    return [running.get(step.index, step) for step in subject.layers]


def _written(subject: Subject, target: Target, steps: list[Step]) -> list[Step]:
    """The layers without the one that stands for ``input`` fields, if the target reads those."""
    origins = subject.current.origins
    if origins is None or not target.reads_input_fields:
        return steps
    # What limits an Input layer, as in MNN, does not limit these fields.
    return [step for step in steps if origins[step.index] is not None]


def _has_input(subject: Subject) -> bool:
    """Whether the net itself gives the shape of an input."""
    for step in subject.analysis.of_type(*_INPUTS):
        if any(is_known(value.shape) for value in step.tops):
            return True
    return False


def _types(target: Target, steps: list[Step]) -> Iterator[Diagnostic]:
    """The layers of a type that the target does not have."""
    types = target.types
    if types is None:
        return
    verb = "does not load it" if types.unknown == "refuses" else "cannot run it"
    source = target.source(types)
    known = set(target.known_types)
    # Programs that are not Caffe take an Input for what it says, without a layer of this type.
    if not _is_caffe(target):
        known.add("Input")
    for step in steps:
        if step.type in types.crashing:
            message = f"crashes when it loads a layer of type {step.type}"
        elif step.type in known:
            continue
        else:
            message = f"{verb}: it has no layer type {step.type}"
        about = {"field": "type", "why": f"{source.mark}: {source.text}"}
        about["hint"] = types.instead.get(step.type, "")
        yield finding(target, types.unknown, step, message, **about)


def _training(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The layers that compute something else in training: only a Caffe trains."""
    if _is_caffe(target) or subject.phase != "TRAIN":
        return
    # A layer of a type that the target lacks has its finding already.
    for step in subject.analysis.of_type(*target.known_types):
        message = difference_in_training(step)
        if message:
            yield finding(target, "computes otherwise", step, message)


def _rejections(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """What any Caffe rejects in the net: shapes that do not fit, blobs that do not exist."""
    if not _is_caffe(target):
        return
    for fault in subject.analysis.faults:
        step = subject.layers[fault.layer_index] if fault.layer_index >= 0 else None
        # Inference knows this type from a fork. The target lacks it, so the fault is not its own.
        if step is not None and step.type not in target.known_types:
            continue
        if fault.severity is Severity.ERROR and not _is_dialect(fault):
            message = f"does not load it: {fault.message}"
            about = {"field": fault.field, "hint": fault.hint}
            yield finding(target, "refuses", step, message, **about)


def _rejected_upgrade(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """Why a Caffe cannot upgrade a net of an old format."""
    if not _is_caffe(target):
        return
    document = subject.net.document
    # The findings of the upgrade include those of the text, which have been reported.
    known = document.diagnostics if document is not None else []
    for each in subject.current.findings:
        if each.severity is Severity.ERROR and each not in known:
            message = f"does not load it: {each.message}"
            about = {"hint": each.hint, "location": each.location}
            yield finding(target, "refuses", None, message, **about)


def _is_dialect(diagnostic: Diagnostic) -> bool:
    """Whether a finding says which Caffe has something, which the target's own facts say better."""
    return diagnostic.code.startswith("F") or diagnostic.name == "unknown-type"


# Pooling -----------------------------------------------------------------------------------------


def _pooling(subject: Subject, target: Target, step: Step) -> Iterator[Diagnostic]:
    """Another rounding than that of the net, or another divisor of AVE."""
    rounding = target.pooling
    if rounding is None or not step.bottoms:
        return
    axes = pooled_axes(subject.analysis, step)
    source = target.source(rounding)
    about = {"field": "pooling_param", "why": f"{source.mark}: {source.text}"}
    if rounding.small_bottom == "refused" and any(map(_is_exceeded, axes)):
        message = "does not load it: the window is larger than the padded bottom"
        yield finding(target, "refuses", step, message, **about)
        return
    message = _other_size(rounding, step, axes)
    if message:
        # With other windows, there is no point in comparing averages.
        spelled = floor_spelling(step.layer.pooling_param)
        about["field"] = f"pooling_param.{spelled}".rstrip(".")
        about["hint"] = rounding_hint(subject, target, step)
        yield finding(target, "computes otherwise", step, message, **about)
        return
    yield from _unread(subject, target, step, about["why"])
    # Inference counts the windows that are left after Caffe has dropped one.
    if rounding.last_window == "crashes" and any(axis.unclipped > axis.pooled for axis in axes):
        message = "may crash when it runs it: it starts a window in the padding, which Caffe drops"
        yield finding(target, "fails later", step, message, **about)
    for message in _other_values(rounding, step, axes):
        yield finding(target, "computes otherwise", step, message, **about)


def _is_exceeded(axis: Axis) -> bool:
    """Whether a window is larger than the padded bottom; Caffe clips it."""
    return axis.kernel > axis.size + 2 * axis.pad


def _other_size(rounding: Rounding, step: Step, axes: list[Axis]) -> str:
    """Why a target has another number of windows than Caffe; empty if it has as many."""
    is_down = bool(floor_spelling(step.layer.pooling_param))
    theirs_is_down = _rounds_down(rounding, step)
    theirs = [_pooled(rounding, axis, theirs_is_down) for axis in axes]
    if theirs == [axis.pooled for axis in axes]:
        return ""
    if is_down == theirs_is_down:
        return "keeps the last window, which starts in the padding and which Caffe drops"
    direction = {True: "down", False: "up"}
    return f"rounds it {direction[theirs_is_down]}, the net {direction[is_down]}"


def _rounds_down(rounding: Rounding, step: Step) -> bool:
    """Whether a target rounds a pooling down: by a spelling that it reads, or by default."""
    spelled = floor_spelling(step.layer.pooling_param)
    if spelled:
        return spelled in rounding.floor
    return rounding.default == "floor"


def _other_values(rounding: Rounding, step: Step, axes: list[Axis]) -> Iterator[str]:
    """What a target does otherwise in the same windows as Caffe."""
    if rounding.small_bottom == "other" and any(map(_is_exceeded, axes)):
        yield "has more windows than Caffe on a bottom that is smaller than the kernel"
    is_average = step.layer.pooling_param.pool == step.layer.pooling_param.AVE
    other = _other_divisor(rounding, axes) if is_average else ""
    if other:
        yield (
            f"divides the averages at the edge by {other}, Caffe by the window within the padding"
        )
    if _fills_otherwise(rounding, axes, is_average=is_average):
        yield "fills a window without elements with another value than Caffe"


def _fills_otherwise(rounding: Rounding, axes: list[Axis], *, is_average: bool) -> bool:
    """Whether Caffe and the target differ in a window without elements."""
    every = of_garbage = 0
    for axis in axes:
        place = (axis.size, axis.stride, axis.pad, axis.pooled)
        every += empty_windows(*place)
        # Caffe averages some empty windows to 0, and others to NaN.
        of_garbage += empty_windows(*place, average=is_average)
    differing = {"Caffe": 0, "NaN": every - of_garbage, "other": of_garbage, "garbage": every}
    return differing[rounding.empty_window] > 0


def _pooled(rounding: Rounding, axis: Axis, floors: bool) -> int:
    """The number of windows that a target has on an axis."""
    clip = axis.clip and rounding.last_window != "kept"
    size = pooling_size(axis.size, axis.kernel, axis.stride, axis.pad, floor=floors, clip=clip)
    assert isinstance(size, int)
    return size


def _unread(subject: Subject, target: Target, step: Step, why: str) -> Iterator[Diagnostic]:
    """The fields of a pooling that say how to round, and that the target does not read."""
    for name in unread_spellings(target, step.layer.pooling_param):
        about = {"field": f"pooling_param.{name}", "why": why}
        about["hint"] = rounding_hint(subject, target, step)
        message = f"does not read {name}, which changes nothing here"
        yield finding(target, "ignores", step, message, **about)


def _other_divisor(rounding: Rounding, axes: list[Axis]) -> str:
    """What a target divides an average by, if that is not what Caffe divides it by."""
    divisor = rounding.divisor
    # Caffe clips the last window where there is padding, on one axis at least.
    if divisor == "padded kernel" and any(axis.clip for axis in axes):
        divisor = "kernel"
    windows = [window for axis in axes for window in axis.windows()]
    overhanging = [window for window in windows if window.overhang and window.elements]
    if divisor == "kernel" and overhanging:
        return "the whole kernel"
    # The average of copies of a single element is the element.
    if divisor == "repeated edge" and any(window.divisor > 1 for window in overhanging):
        return "the whole kernel, with copies of the edge in it"
    if divisor == "inside" and any(window.kind == "padded" for window in windows):
        return "the elements inside the bottom"
    return ""
