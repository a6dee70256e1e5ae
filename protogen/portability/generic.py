"""The verdict of a target of which there are facts, but no model of its importer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.poolings import pooled_axes
from protogen.portability.dialect.poolings import floor_spelling, rounding_hint, unread_spellings
from protogen.portability.judgment import Judgment, finding, judgment, no_net
from protogen.portability.quirks import limit_findings, quirk_findings
from protogen.portability.reading import phase_findings, text_findings
from protogen.portability.subject import Subject
from protogen.shapes import is_known
from protogen.targets import Rounding, Target
from protogen.windows import Axis, empty_windows, pooling_size

__all__ = ["judge_by_facts"]

#: The layers that give a net its data; a consumer that is not Caffe has none of them.
_INPUTS = frozenset({"Input", "DummyData", "MemoryData"})


def judge_by_facts(subject: Subject, target: Target) -> Judgment:
    """What a target does with a net, as far as its facts say."""
    found = [*text_findings(subject, target), *_rejected_upgrade(subject, target)]
    layers = subject.current.message.layer
    if not layers and not _refused(found):
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
    if not _is_caffe(target) and not _has_input(subject) and not _failed(found):
        message = "does not know the shape of an input"
        return judgment(
            target, [*found, no_net(target, message, location=subject.location)], "no input"
        )
    return judgment(target, found)


def _refused(found: list[Diagnostic]) -> bool:
    return any(each.name == "target-refuses" for each in found)


def _failed(found: list[Diagnostic]) -> bool:
    return any(each.name in ("target-refuses", "target-fails-later") for each in found)


def _is_caffe(target: Target) -> bool:
    """Whether the target is a Caffe that runs data layers itself."""
    return "Data" in target.known_types


def _steps(subject: Subject, target: Target) -> list[Step]:
    """The layers that the target gets: those of the phase, or all if it ignores phases."""
    if target.phases is not None and target.phases.rules == "ignores":
        running = {step.index: step for step in subject.analysis.steps}
        return [running.get(step.index, step) for step in subject.layers]
    return subject.analysis.steps


def _written(subject: Subject, target: Target, steps: list[Step]) -> list[Step]:
    """The layers without the one that stands for ``input`` fields, if the target reads those."""
    origins = subject.current.origins
    if origins is None or target.formats is None or target.formats.input != "reads":
        return steps
    return [step for step in steps if origins[step.index] is not None]


def _has_input(subject: Subject) -> bool:
    for step in subject.analysis.steps:
        if step.type in _INPUTS and any(is_known(value.shape) for value in step.tops):
            return True
    return False


def _types(target: Target, steps: list[Step]) -> Iterator[Diagnostic]:
    """The layers of a type that the target does not have."""
    types = target.types
    if types is None:
        return
    verb = "does not load it" if types.unknown == "refuses" else "cannot run it"
    source = target.source(types)
    for step in steps:
        # Programs that are not Caffe take an Input for what it says, without a layer of this type.
        known = step.type in target.known_types or (step.type == "Input" and not _is_caffe(target))
        if not known:
            message = f"{verb}: it has no layer type {step.type}"
            about = {"field": "type", "why": f"{source.mark}: {source.text}"}
            about["hint"] = types.instead.get(step.type, "")
            yield finding(target, types.unknown, step, message, **about)


def _training(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """The layers that compute something else in training: only a Caffe trains."""
    if _is_caffe(target) or subject.phase != "TRAIN":
        return
    for step in subject.analysis.steps:
        # Reported as a type that the target lacks.
        if step.type not in target.known_types:
            continue
        if step.type == "Dropout":
            yield finding(target, "computes otherwise", step, "drops nothing in training")
        elif step.type == "BatchNorm" and not step.layer.batch_norm_param.use_global_stats:
            message = "uses the learned statistics in training, too"
            yield finding(target, "computes otherwise", step, message)


def _rejections(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """What any Caffe rejects in the net: shapes that do not fit, blobs that do not exist."""
    if not _is_caffe(target):
        return
    for each in subject.analysis.faults:
        step = subject.layers[each.layer_index] if each.layer_index >= 0 else None
        unknown = step is not None and step.type not in target.known_types
        if each.severity is Severity.ERROR and not unknown and not _is_dialect(each):
            message = f"does not load it: {each.message}"
            about = {"field": each.field, "hint": each.hint}
            yield finding(target, "refuses", step, message, **about)


def _rejected_upgrade(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """Why a Caffe cannot upgrade a net of an old format."""
    document = subject.net.document
    known = document.diagnostics if document is not None else []
    for each in subject.current.findings:
        if _is_caffe(target) and each.severity is Severity.ERROR and each not in known:
            about = {"hint": each.hint, "location": each.location}
            yield finding(target, "refuses", None, f"does not load it: {each.message}", **about)


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
    why = f"{source.mark}: {source.text}"
    spelled = floor_spelling(step.layer.pooling_param)
    floors = spelled in rounding.floor if spelled else rounding.default == "floor"
    theirs = [_pooled(rounding, axis, floors) for axis in axes]
    if theirs != [axis.pooled for axis in axes]:
        if bool(spelled) != floors:
            up = "down" if floors else "up"
            message = f"rounds it {up}, the net {'down' if spelled else 'up'}"
        else:
            message = "keeps the last window, which starts in the padding and which Caffe drops"
        hint = rounding_hint(subject, target, step)
        field = f"pooling_param.{spelled}" if spelled else "pooling_param"
        about = {"field": field, "why": why, "hint": hint}
        yield finding(target, "computes otherwise", step, message, **about)
        return
    yield from _unread(subject, target, step, why)
    too_small = any(axis.kernel > axis.size + 2 * axis.pad for axis in axes)
    if too_small and rounding.small_bottom == "other":
        message = "has more windows than Caffe on a bottom that is smaller than the kernel"
        yield finding(target, "computes otherwise", step, message, field="pooling_param", why=why)
    if rounding.last_window == "crashes" and any(axis.unclipped > axis.pooled for axis in axes):
        message = "may crash when it runs it: it starts a window in the padding, which Caffe drops"
        yield finding(target, "fails later", step, message, field="pooling_param", why=why)
    if step.layer.pooling_param.pool == step.layer.pooling_param.AVE:
        yield from _average(target, step, axes, why)
    if rounding.empty_window != "Caffe" and _fills_empty(rounding, axes, step):
        message = "fills a window without elements with another value than Caffe"
        yield finding(target, "computes otherwise", step, message, field="pooling_param", why=why)


def _fills_empty(rounding: Rounding, axes: list[Axis], step: Step) -> bool:
    """Whether Caffe and the target differ in a window without elements."""
    is_ave = step.layer.pooling_param.pool == step.layer.pooling_param.AVE
    windows = [(axis.size, axis.stride, axis.pad, axis.pooled) for axis in axes]
    every = sum(empty_windows(*each) for each in windows)
    of_garbage = sum(empty_windows(*each, average=is_ave) for each in windows)
    differing = {"NaN": every - of_garbage, "other": of_garbage, "garbage": every}
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


def _average(target: Target, step: Step, axes: list[Any], why: str) -> Iterator[Diagnostic]:
    """AVE divides windows at the edge by another number than Caffe."""
    assert target.pooling is not None
    divisor = target.pooling.divisor
    if divisor == "padded kernel":
        divisor = "kernel" if any(axis.clip for axis in axes) else "clipped"
    windows = [window for axis in axes for window in axis.windows()]
    overhanging = [window for window in windows if window.overhang and window.elements]
    if divisor == "kernel" and overhanging:
        what = "the whole kernel"
    elif divisor == "repeated edge" and any(window.divisor > 1 for window in overhanging):
        # The average of copies of a single element is the element.
        what = "the whole kernel, with copies of the edge in it"
    elif divisor == "inside" and any(window.kind == "padded" for window in windows):
        what = "the elements inside the bottom"
    else:
        return
    message = f"divides the averages at the edge by {what}, Caffe by the window within the padding"
    about = {"field": "pooling_param", "why": why}
    yield finding(target, "computes otherwise", step, message, **about)
