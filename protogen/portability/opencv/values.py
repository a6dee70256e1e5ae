"""Where OpenCV runs a layer and does not compute what Caffe computes.

What depends on one field is in the target's file. Here is what depends on shapes, on the place of a
layer in the net, and on phases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod

from protogen.diagnostics import Diagnostic
from protogen.graph import Step, Value
from protogen.poolings import pooled_axes
from protogen.portability.dialect.poolings import rounding_hint
from protogen.portability.judgment import finding
from protogen.portability.opencv.build import BuiltNet
from protogen.portability.opencv.importer import ImportedNet
from protogen.portability.opencv.layer_shapes import WINDOWED, window_settings
from protogen.portability.opencv.parameters import layer_parameters
from protogen.portability.opencv.text import ReadNet
from protogen.portability.subject import Subject
from protogen.portability.training import difference_in_training
from protogen.shapes import format_shape, is_known
from protogen.targets import Target
from protogen.windows import empty_windows

__all__ = ["differences"]

_Rule = Callable[[Subject, Step], str]


def differences(
    subject: Subject, target: Target, read: ReadNet, net: ImportedNet, built: BuiltNet
) -> Iterator[Diagnostic]:
    """What OpenCV computes otherwise, layer by layer, besides the quirks of single fields."""
    steps = subject.analysis.steps
    yield from _statistics(subject, target, net)
    yield from _lost_settings(subject, target, read, net)
    yield from _shapes(subject, target, net, built)
    # Values are compared only of layers that Caffe runs.
    for step in steps:
        message, field = _difference(subject, step)
        if message:
            yield finding(target, "computes otherwise", step, message, field=field)
    yield from _other_phase(subject, target)


def _statistics(subject: Subject, target: Target, net: ImportedNet) -> Iterator[Diagnostic]:
    """BatchNorm layers whose unknown field makes OpenCV compute statistics."""
    for layer in net.layers[1:]:
        # OpenCV has two layers with this index: the BatchNorm, and an MVN in front of it.
        if layer.index not in net.crashes or layer.type != "BatchNorm":
            continue
        step = subject.layer(layer.index, layer.written_name)
        if step is None or _asks_for_statistics(step):
            continue
        message = (
            "normalizes each image by itself: beside an unknown field, use_global_stats counts as"
            " false"
        )
        yield finding(target, "computes otherwise", step, message, field="batch_norm_param")


def _asks_for_statistics(step: Step) -> bool:
    """Whether the file itself says that a BatchNorm computes statistics."""
    param = step.layer.batch_norm_param
    return param.HasField("use_global_stats") and not param.use_global_stats


def _lost_settings(
    subject: Subject, target: Target, read: ReadNet, net: ImportedNet
) -> Iterator[Diagnostic]:
    """Layers that lose a setting to a default, because of an unknown field beside it."""
    for layer in net.layers[1:]:
        if layer.type not in WINDOWED:
            continue
        unknown = list(read.unknown_parameters(layer.index))
        if not unknown:
            continue
        name, fields = unknown[0]
        step = subject.layer(layer.index, layer.written_name)
        actual = window_settings(layer.params)
        # The default of kernel_h, 0, now wins over kernel_size, and that of pad_h over pad.
        plain = layer_parameters(read, layer.index, unknown_fields=False)
        for setting, intended in window_settings(plain).items():
            if actual[setting] == intended:
                continue
            message = (
                f"reads {setting} {_sizes(actual[setting])} instead of {_sizes(intended)},"
                f' because it keeps the unknown field "{fields[0].name}"'
            )
            yield finding(target, "computes otherwise", step, message, field=name)


def _sizes(values: list[int]) -> str:
    return "x".join(map(str, values))


def _shapes(
    subject: Subject, target: Target, net: ImportedNet, built: BuiltNet
) -> Iterator[Diagnostic]:
    """The layers at which a shape begins to differ from Caffe's."""
    theirs = _top_shapes(net, built)
    differing: set[str] = set()
    for step in subject.analysis.steps:
        inherits = not differing.isdisjoint(step.layer.bottom)
        # Caffe sets a DetectionOutput up as 1x1x1x7, and learns the number of boxes when it runs;
        # OpenCV has keep_top_k from the start.
        is_expected = inherits or step.type == "DetectionOutput"
        for value in step.tops:
            shape = theirs.get((step.name, value.name, value.top))
            if shape is None or not _differs(value, shape):
                continue
            differing.add(value.name)
            if is_expected:
                continue
            message = (
                f'gives "{value.name}" the shape {format_shape(shape)}, Caffe'
                f" {format_shape(value.shape)}"
            )
            hint = rounding_hint(subject, target, step)
            yield finding(target, "computes otherwise", step, message, hint=hint)
            # One finding for a layer is enough.
            break


def _differs(value: Value, shape: Sequence[int]) -> bool:
    """Whether a blob has another shape in OpenCV than in Caffe."""
    return is_known(value.shape) and not _same(value.shape, shape)


def _same(ours: Sequence[int], theirs: Sequence[int]) -> bool:
    """Whether two shapes differ at most in sizes of 1 at the end, as those of an MVN."""
    shorter, longer = sorted((tuple(ours), tuple(theirs)), key=len)
    return longer[: len(shorter)] == shorter and set(longer[len(shorter) :]) <= {1}


def _top_shapes(net: ImportedNet, built: BuiltNet) -> dict[tuple[str, str, int], list[int]]:
    """The shape of each top, by the names of layer and top and the number of the top."""
    found: dict[tuple[str, str, int], list[int]] = {}
    for layer in net.layers[1:]:
        outputs = built[layer.id][1]
        for top, number, output in layer.tops:
            if output < len(outputs):
                found[layer.written_name, top, number] = outputs[output]
    return found


def _difference(subject: Subject, step: Step) -> tuple[str, str]:
    """What OpenCV computes in another way in a layer, and the field at fault; empty if nothing."""
    rule = _RULES.get(step.type)
    message = rule(subject, step) if rule else ""
    if message:
        return message, ""
    if _counts_axis_from_end(step):
        return "gives a blob of 1 axis a second one, so that axis -1 is another axis", "bottom[0]"
    return "", ""


def _convolution(subject: Subject, step: Step) -> str:
    if step.in_place:
        return "computes it correctly; Caffe overwrites the bottom while it reads it"
    return ""


def _pooling(subject: Subject, step: Step) -> str:
    param = step.layer.pooling_param
    if param.pool != param.MAX or not step.bottoms:
        return ""
    # Caffe leaves -FLT_MAX in a window of MAX pooling that holds nothing.
    for axis in pooled_axes(subject.analysis, step):
        if empty_windows(axis.size, axis.stride, axis.pad, axis.pooled):
            return "fills a window without elements with another value than Caffe"
    return ""


def _scale(subject: Subject, step: Step) -> str:
    if len(step.bottoms) > 1 and step.layer.scale_param.bias_term:
        return "takes its second bottom for the bias, and its bias for weights"
    return ""


def _concat(subject: Subject, step: Step) -> str:
    """A copy that OpenCV leaves out, with the memory of the top never written."""
    if len(step.bottoms) != 1:
        return ""
    (bottom,) = step.bottoms
    if bottom is None or bottom.step.type != "Input" or not is_known(bottom.shape):
        return ""
    axis = step.layer.concat_param.axis % len(bottom.shape)
    # Only then is the bottom one piece of memory in the top.
    is_one_piece = prod(bottom.shape[:axis]) == 1
    if not is_one_piece:
        return ""
    return "computes garbage for a Concat whose only bottom is an input of the net"


def _training(subject: Subject, step: Step) -> str:
    # OpenCV only runs nets, whatever their phase.
    return difference_in_training(step) if subject.phase == "TRAIN" else ""


_RULES: dict[str, _Rule] = {
    "BatchNorm": _training,
    "Concat": _concat,
    "Convolution": _convolution,
    "Dropout": _training,
    "Pooling": _pooling,
    "Scale": _scale,
}


def _counts_axis_from_end(step: Step) -> bool:
    """Whether a layer has a negative axis, and reads an input of the net that has one axis."""
    if step.schema is None or not step.schema.param:
        return False
    param = getattr(step.layer, step.schema.param)
    if getattr(param, "axis", 0) >= 0:
        return False
    # A blob of n elements on one axis is n x 1 in OpenCV.
    return any(map(_is_flat_input, step.bottoms))


def _is_flat_input(value: Value | None) -> bool:
    """Whether a blob is an input of the net with one axis."""
    if value is None or value.step.type != "Input":
        return False
    return value.shape is not None and len(value.shape) == 1


def _other_phase(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """Layers of the other phase that change a blob in place: OpenCV keeps them."""
    running = {step.index for step in subject.analysis.steps}
    for step in subject.layers:
        # The types that are named keep the values that they pass on.
        if step.index in running or step.type in ("Dropout", "Silence", "Split"):
            continue
        changed = set(step.layer.top) & set(step.layer.bottom)
        if changed & subject.analysis.values.keys():
            message = f"runs it in every phase, so that it changes a blob of {subject.phase}"
            yield finding(target, "computes otherwise", step, message, field="include")
