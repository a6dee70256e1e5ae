"""One spelling for all ways to write the same layer.

An explicit default is left out, ``kernel_h: 3 kernel_w: 3`` is ``kernel_size: 3``, and
``concat_dim`` is ``axis``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import layers as layer_types
from protogen import proto
from protogen.graph import PHASES
from protogen.proto.fields import has_field, is_repeated

__all__ = ["normal_layer", "normal_message", "normal_net"]

#: Fields of a layer that matter in training only.
_TRAINING = ("include", "exclude", "phase", "propagate_down", "loss_weight")

#: Fields of parameter messages that matter in training only, besides those that end in _filler.
_TRAINING_PARAMETERS = ("batch_size", "engine", "filler")

#: The fields of a window with the default of each; absent sizes have none.
_WINDOW = (("kernel", None), ("stride", 1), ("pad", 0))

#: Older names of a field.
_OLD_NAMES = {"concat_param": ("concat_dim", "axis"), "slice_param": ("slice_dim", "axis")}


def normal_layer(layer: proto.LayerParameter, *, without_training: bool = False) -> Any:
    """A copy of a layer in normal form, without its name, bottoms and tops.

    ``without_training`` also leaves out learning rates, fillers, phases, engines and the batch.
    """
    normal: Any = type(layer)()
    normal.CopyFrom(layer)
    for name in ("name", "bottom", "top"):
        normal.ClearField(name)
    _normalize_spelling(normal)
    if without_training:
        _remove_training(normal)
    _normalize_rules(normal)
    _normalize_weights(normal)
    _remove_defaults(normal)
    _normalize_params(normal)
    return normal


def normal_message(message: Any) -> Any:
    """A copy of a message without explicit defaults."""
    normal = type(message)()
    normal.CopyFrom(message)
    _remove_defaults(normal)
    return normal


def normal_net(net: proto.NetParameter) -> proto.NetParameter:
    """A copy of a net in which every layer is in normal form, with its names."""
    normal = type(net)()
    normal.CopyFrom(net)
    for layer in normal.layer:
        names = {name: list(getattr(layer, name)) for name in ("bottom", "top")}
        name = layer.name
        layer.CopyFrom(normal_layer(layer))
        layer.name = name
        layer.bottom.extend(names["bottom"])
        layer.top.extend(names["top"])
    return normal


# Spelling --------------------------------------------------------------------------------------


def _normalize_spelling(layer: Any) -> None:
    for home, (old, new) in _OLD_NAMES.items():
        if has_field(layer, home):
            param = getattr(layer, home)
            if has_field(param, old):
                setattr(param, new, getattr(param, old))
                param.ClearField(old)
    if layer.HasField("convolution_param"):
        _normalize_convolution(layer.convolution_param)
    if layer.HasField("pooling_param"):
        _normalize_pooling(layer.pooling_param)
    if layer.HasField("eltwise_param") and all(each == 1 for each in layer.eltwise_param.coeff):
        layer.eltwise_param.ClearField("coeff")


def _normalize_convolution(param: Any) -> None:
    """Windows without ``_h`` and ``_w``; a size is written once if it is that of all axes."""
    for stem, default in (*_WINDOW, ("dilation", 1)):
        name = "kernel_size" if stem == "kernel" else stem
        sizes = list(getattr(param, name))
        if stem != "dilation":
            sizes = _height_and_width(param, stem, default) or sizes
            param.ClearField(f"{stem}_h")
            param.ClearField(f"{stem}_w")
        if len(set(sizes)) == 1:
            sizes = sizes[:1]
        if sizes == [default]:
            sizes = []
        getattr(param, name)[:] = sizes


def _height_and_width(param: Any, stem: str, default: int | None) -> list[int]:
    found = []
    for axis in ("h", "w"):
        if has_field(param, f"{stem}_{axis}"):
            found.append(getattr(param, f"{stem}_{axis}"))
        else:
            found.append(default or 0)
    written = has_field(param, f"{stem}_h") or has_field(param, f"{stem}_w")
    return found if written else []


def _normalize_pooling(param: Any) -> None:
    for stem, default in _WINDOW:
        name = "kernel_size" if stem == "kernel" else stem
        sizes = _height_and_width(param, stem, default)
        if sizes and sizes[0] == sizes[1]:
            param.ClearField(f"{stem}_h")
            param.ClearField(f"{stem}_w")
            setattr(param, name, sizes[0])


# Training --------------------------------------------------------------------------------------


def _remove_training(layer: Any) -> None:
    for name in _TRAINING:
        layer.ClearField(name)
    for param in layer.param:
        param.ClearField("lr_mult")
        param.ClearField("decay_mult")
    for field, value in layer.ListFields():
        if field.message_type is not None and not is_repeated(field):
            for name in value.DESCRIPTOR.fields_by_name:
                if name in _TRAINING_PARAMETERS or name.endswith("_filler"):
                    value.ClearField(name)
    for shape in layer.input_param.shape if layer.HasField("input_param") else ():
        if len(shape.dim) > 1:
            shape.dim[0] = 1


def _normalize_rules(layer: Any) -> None:
    """Excluding one of the two phases is including the other one."""
    if layer.include or len(layer.exclude) != 1:
        return
    (rule,) = layer.exclude
    if [field.name for field, _ in rule.ListFields()] != ["phase"]:
        return
    others = [number for number in PHASES.values() if number != rule.phase]
    layer.ClearField("exclude")
    layer.include.add(phase=others[0])


def _normalize_weights(layer: Any) -> None:
    """A loss has the weight 1 without saying so, and another layer 0."""
    schema = layer_types.find(layer.type)
    default = 1.0 if schema is not None and schema.loss else 0.0
    weights: Sequence[float] = list(layer.loss_weight)
    if weights and weights[0] == default and not any(weights[1:]):
        layer.ClearField("loss_weight")


def _normalize_params(layer: Any) -> None:
    """Entries at the end that say nothing; a BatchNorm has the learning rates 0 in any case."""
    for param in layer.param:
        if layer.type == "BatchNorm":
            param.ClearField("lr_mult")
            param.ClearField("decay_mult")
    while layer.param and not layer.param[-1].ListFields():
        del layer.param[-1]


# Defaults --------------------------------------------------------------------------------------


def _remove_defaults(message: Any) -> None:
    for field, value in message.ListFields():
        if is_repeated(field):
            if field.message_type is not None:
                for element in value:
                    _remove_defaults(element)
        elif field.message_type is not None:
            _remove_defaults(value)
            if not value.ListFields():
                message.ClearField(field.name)
        # Without a default in the schema, Caffe may ask whether the field is there.
        elif field.has_default_value and value == field.default_value:
            message.ClearField(field.name)
